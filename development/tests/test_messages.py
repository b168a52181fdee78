"""Nothing in the interface is left untranslated."""

from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Message

from development import messages


def test_every_text_is_in_dutch():
    assert list(messages.catalog_problems()) == []


def test_no_template_says_something_that_cannot_be_translated():
    assert list(messages.bare_texts()) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('{% translate "Send" %}', []),
        ("{% blocktranslate %}Send{% endblocktranslate %}", []),
        ("{% comment %}Not shown{% endcomment %}{# nor this #}", []),
        ("<p>\n Send</p>", [(1, "Send")]),
        ("<p>{{ count }}</p>\n<p>{% if x %}Send{% endif %}</p>", [(2, "Send")]),
        ('<img alt="A picture">', [(1, "alt=A picture")]),
        ('<img alt="{% translate "A picture" %}">', []),
        ('<input placeholder="Name" value="Jan">', [(1, "placeholder=Name")]),
        ('<button aria-label="Close"></button>', [(1, "aria-label=Close")]),
        ('<a title="{{ title }}" class="btn">→ 3</a>', []),
        ('{% include "components/chip.html" with label="Late" %}', [(1, "Late")]),
        ('{% include "components/chip.html" with label=_("Late") heading="h2" %}', []),
        ("{% block body_class %}bare{% endblock %}", []),
        ('<button lang="nl">Nederlands</button><kbd>j</kbd><b translate="no">IGJ</b>', []),
        ('<html lang="{{ language }}"><br><p>Hello</p>', [(1, "Hello")]),
        ("<title>{% block title %}{% endblock %} · Peersupport</title>", []),
    ],
)
def test_bare_text_is_found(template, found):
    assert messages.bare_texts_of(template) == found


@pytest.mark.parametrize(
    ("source", "translation", "same"),
    [
        ("Hello %(name)s", "Dag %(name)s", True),
        ("Hello %(name)s", "Dag %(naam)s", False),
        ("Hello %(name)s", "Dag", False),
        ("100%% of %(n)s", "100%% van %(n)s", True),
        ("{count} left", "nog {count}", True),
        ("{count} left", "nog {aantal}", False),
        (("%(n)s day", "%(n)s days"), ("een dag", "%(n)s dagen"), True),
        (("%(n)s day", "%(n)s days"), ("%(x)s dag", "%(n)s dagen"), False),
    ],
)
def test_placeholders_are_the_same_in_every_language(source, translation, same):
    assert messages.same_placeholders(Message(source, translation)) is same


def test_update_keeps_translations_adds_new_texts_and_drops_old_ones(tmp_path, monkeypatch):
    path = tmp_path / "nl" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        messages.HEADER.format(language="nl")
        + 'msgid "Send"\nmsgstr "Versturen"\n\nmsgctxt "person"\nmsgid "late"\nmsgstr "te laat"\n\n'
        + 'msgid "Gone"\nmsgstr "Weg"\n'
    )
    code = tmp_path / "code"
    (code / "templates").mkdir(parents=True)
    (code / "views.py").write_text(
        "_('Send')\npgettext_lazy('person', 'late')\nngettext('%(n)s day', '%(n)s days', 2)\n"
    )
    (code / "templates" / "page.html").write_text(
        '<div>\n    {% translate "Send" %}\n'
        "  {% blocktranslate trimmed %}\n  Hello\n  you\n{% endblocktranslate %}</div>"
    )
    monkeypatch.setattr(messages, "ROOT", code)

    catalog = messages.update(path)

    assert {message.id: message.string for message in catalog if message.id} == {
        "Send": "Versturen",
        "late": "te laat",
        ("%(n)s day", "%(n)s days"): ("", ""),
        "Hello you": "",
    }
    text = path.read_text()
    messages.update(path)
    assert path.read_text() == text


def test_a_compiled_catalog_is_what_django_reads(tmp_path, monkeypatch):
    path = tmp_path / "nl" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(messages.HEADER.format(language="nl") + 'msgid "Send"\nmsgstr "Versturen – één keer"\n')
    monkeypatch.setattr(messages, "LOCALES", tmp_path)

    messages.compile_catalogs()

    with path.with_suffix(".mo").open("rb") as file:
        assert GNUTranslations(file).gettext("Send") == "Versturen – één keer"


@pytest.mark.parametrize(
    "foreign", ["'", "peer support", "Peer support", "privacyfunctionaris", "in het echt"]
)
def test_dutch_says_a_thing_in_one_way(foreign):
    """Its words for things, and the apostrophe that printers use."""
    catalog = [each for path in messages.catalogs() for each in messages.read(path) if each.id]
    texts = [text for each in catalog for text in messages.translations(each)]
    assert [text for text in texts if foreign in text] == []
