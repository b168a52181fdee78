import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.conf import settings
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.template.loader import render_to_string
from pytest_django.asserts import assertHTMLEqual

from peersupport.templatetags.look import (
    blocks_left,
    chip,
    hyphenated,
    icon,
    icon_names,
    initials,
    tel,
    telephone,
    undo_url,
)

NOW = datetime(2026, 11, 19, 13, 30, tzinfo=UTC)
START = NOW - timedelta(hours=12)
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def rendered(source, **context):
    return Template("{% load look %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("due", "blocks"),
    [
        (NOW - timedelta(seconds=1), 0),
        (NOW, 0),
        (NOW + timedelta(seconds=1), 1),
        (NOW + timedelta(hours=2), 1),
        (NOW + timedelta(hours=12), 3),
        (NOW + timedelta(days=30), 6),
    ],
)
def test_blocks_left(due, blocks):
    assert blocks_left(due=due, start=START, now=NOW) == blocks


def test_blocks_are_full_before_the_start():
    assert blocks_left(due=NOW + timedelta(hours=1), start=NOW + timedelta(minutes=1), now=NOW) == 6


def test_time_left_says_late_in_words():
    html = rendered(
        "{% time_left due start=start now=now %}", due=NOW - timedelta(hours=6), start=START, now=NOW
    )
    assert "6 hours late" in html
    assert "is-late" in html


def test_moment_of_nothing_is_empty():
    assert rendered("{% moment value now=now %}", value=None, now=NOW) == ""


def test_moment_carries_the_exact_one():
    html = rendered("{% moment value now=now %}", value=NOW + timedelta(hours=3), now=NOW)
    assert html == (
        '<time datetime="2026-11-19T16:30:00+00:00" title="Thursday 19 November 2026, 17:30">'
        "<span>today at 17:30</span></time>"
    )


def test_chip_escapes_its_word():
    assert "&lt;b&gt;" in chip("<b>", "check")


def test_chip_refuses_an_unknown_tone():
    with pytest.raises(ValueError, match="No tone"):
        chip("Waiting", "clock", "purple")  # type: ignore[arg-type]  # the wrong tone is the test


def test_unknown_icon_is_refused():
    with pytest.raises(ValueError, match="No icon"):
        icon("no-such-icon")


def test_person_leaves_out_what_is_empty():
    html = rendered('{% person "Noor van den Berg" None "IC" %}')
    assert '<span class="person-what">IC</span>' in html


@pytest.mark.parametrize(
    ("name", "letters"), [("Noor van den Berg", "NB"), ("Sem", "S"), ("", ""), ("émile zola", "ÉZ")]
)
def test_initials(name, letters):
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("06 1234 5678", "+31612345678"),
        ("+31 (0)50-361 2345", "+31503612345"),
        ("(050) 361 23 45", "+31503612345"),
        ("0800-0113", "+318000113"),
        ("57123", ""),
        ("0612345678 / 0687654321", ""),
    ],
)
def test_number_to_dial(number, dialled):
    assert tel(number) == dialled
    page = render_to_string("components/call.html", {"number": number})
    assert re.findall('href="(tel:.*?)"', page) == ([f"tel:{dialled}"] if dialled else [])
    assert telephone(number) in page


def test_undo_address_of_a_message():
    assert undo_url(Message(SUCCESS, "Done", extra_tags="undo:/contacts/1/undo/")) == "/contacts/1/undo/"
    assert undo_url(Message(SUCCESS, "Done")) == ""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_template_keeps_to_the_policy_and_names_known_icons(path):
    source = path.read_text()
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<style", source)
    assert not re.search(r"<script(?![^>]*\b(src=|type=\"application/json\"))", source)
    named = re.findall(r'\{% icon "([^"]+)"', source) + re.findall(r'\bicon="([^"]+)"', source)
    named += re.findall(r'\{% chip (?:"[^"]*"|\S+) "([^"]+)"', source)
    assert set(named) <= icon_names()


def test_a_line_of_a_template_has_at_most_160_characters():
    lines = [
        (f"{path.relative_to(settings.BASE_DIR)}:{number}", line)
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
    ]
    assert [place for place, line in lines if len(line) > 160] == []


FORMS = [path for path in TEMPLATES if re.search(r"\|crispy\b|\{% crispy\b", path.read_text())]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_form_says_its_errors_at_the_top(path):
    """templates/bootstrap5/errors.html is empty, so a form without the summary would hide its own errors."""
    assert "components/error_summary.html" in path.read_text()


def test_stylesheets_carry_no_data_images():
    for sheet in (settings.BASE_DIR / "static").rglob("*.css"):
        assert "data:" not in sheet.read_text(), sheet.name


@pytest.mark.parametrize(
    ("words", "breaks"),
    [
        ("Calamiteitencommissie", "Calamiteiten-commissie"),
        ("het calamiteitenanalyseteam", "het calamiteiten-analyse-team"),
        ("Coördinator peersupport", "Coördinator peersupport"),
        ("Analyseren", "Analyseren"),
    ],
)
def test_a_long_compound_has_a_place_to_break(words, breaks):
    assert hyphenated(words).replace("\u00ad", "-") == breaks


def test_a_list_to_choose_from_marks_what_is_chosen_and_says_each_name_as_it_is():
    field = forms.ChoiceField(
        choices=[("", "Choose"), ("Sites", [("a", 'Ward <4> & "5"'), ('"', "B")])],
        widget=forms.Select(attrs={"disabled": False, "data-once": True, "title": 'say "a"'}),
    )
    form = type("Wards", (forms.Form,), {"ward": field})(initial={"ward": "a"})
    assertHTMLEqual(
        str(form["ward"]),
        """
        <select name="ward" data-once title="say &quot;a&quot;" id="id_ward" required>
          <option value="">Choose</option>
          <optgroup label="Sites">
            <option value="a" selected>Ward &lt;4&gt; &amp; &quot;5&quot;</option>
            <option value="&quot;">B</option>
          </optgroup>
        </select>
        """,
    )
