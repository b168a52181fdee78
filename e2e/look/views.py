"""The style gallery: every component once, with invented people."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from accounts.pages.access import allow_public
from accounts.pages.feedback import say
from e2e.look.figures import chart_context

NOW = datetime(2026, 11, 19, 13, 30, tzinfo=UTC)
PEOPLE = [
    {
        "id": "p1",
        "name": "Noor van den Berg",
        "profession": "Verpleegkundige",
        "department": "IC volwassenen",
    },
    {"id": "p2", "name": "Sem de Groot", "profession": "Arts-assistent", "department": "Spoedeisende hulp"},
]
AGREE = [
    (1, "Helemaal oneens"),
    (2, "Oneens"),
    (3, "Neutraal"),
    (4, "Eens"),
    (5, "Helemaal eens"),
]
FEELING = [(0, "Niet"), (1, "Een beetje"), (2, "Tamelijk"), (3, "Heel erg")]


class GalleryForm(forms.Form):
    name = forms.CharField(help_text="Zoals op de personeelspas.")
    kind = forms.ChoiceField(choices=[("a", "Reanimatie"), ("b", "Agressie")])
    when = forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    story = forms.CharField(widget=forms.Textarea, required=False)
    wishes = forms.MultipleChoiceField(
        choices=[("x", "Niet mijn eigen afdeling"), ("y", "Een arts")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    offered = forms.ChoiceField(choices=[("j", "Ja"), ("n", "Nee")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="Ik heb namen van patiënten weggelaten")
    file = forms.FileField(required=False)


class ScaleForm(forms.Form):
    helped = forms.TypedChoiceField(
        label="De peersupporter hielp mij het voorval te verwerken.",
        choices=AGREE,
        widget=forms.RadioSelect,
        coerce=int,
    )
    mark = forms.TypedChoiceField(
        label="Welk cijfer geef je de steun?",
        choices=[(n, str(n)) for n in range(11)],
        widget=forms.RadioSelect,
        coerce=int,
    )
    blame_before = forms.TypedChoiceField(choices=FEELING, widget=forms.RadioSelect, coerce=int)
    blame_after = forms.TypedChoiceField(choices=FEELING, widget=forms.RadioSelect, coerce=int)


def _context(*, failed: bool) -> dict[str, Any]:
    form = GalleryForm({"kind": "a", "wishes": ["x"]} if failed else None)
    form.is_valid()
    return {
        "form": form,
        "scale": ScaleForm(initial={"helped": 4, "mark": 8, "blame_before": 2}),
        "now": NOW,
        "started": NOW - timedelta(hours=20),
        "moments": [NOW + timedelta(hours=hours) for hours in (-400, -22, -3, 0.2, 3, 20, 90)],
        "dues": [NOW + timedelta(hours=hours) for hours in (-6, 1, 8, 40, 70)],
        "people": PEOPLE,
        "filters": [
            {"label": "Alles", "url": "?", "current": True, "count": 14},
            {"label": "Wacht op toewijzing", "url": "?a", "current": False, "count": 3},
            {"label": "Wacht op eerste contact", "url": "?b", "current": False, "count": 11},
        ],
        "tabs": [
            {"label": "Beleid", "url": "?", "current": True, "count": None},
            {"label": "Afdelingen", "url": "?a", "current": False, "count": 40},
            {"label": "Mensen", "url": "?b", "current": False, "count": None},
        ],
        "steps": [
            {"label": "Toegewezen", "state": "done", "at": NOW - timedelta(days=2)},
            {"label": "Gebeld", "state": "done", "at": NOW - timedelta(days=1)},
            {"label": "Gesprek", "state": "now", "at": None},
            {"label": "Nabellen", "state": "next", "at": NOW + timedelta(days=3)},
        ],
        "track": [
            {"label": "Gemeld aan de directeur", "state": "done", "at": NOW - timedelta(days=9)},
            {"label": "Gemeld aan IGJ", "state": "late", "at": NOW - timedelta(days=1)},
            {"label": "Analyse", "state": "next", "at": NOW + timedelta(days=20)},
        ],
    }


@allow_public
def gallery(request: HttpRequest) -> HttpResponse:
    """Everything; `?failed` shows the form with errors."""
    say(request, "Sem de Groot is gevraagd. Hij krijgt nu bericht.", undo_url="/gallery/sent/")
    say(request, "Het bestand is niet gelezen: regel 3 heeft geen naam.", level=messages.ERROR)
    say(request, "Er is nog niemand die kan.", level=messages.WARNING)
    return render(request, "look/gallery.html", _context(failed="failed" in request.GET))


@allow_public
def bare(request: HttpRequest) -> HttpResponse:
    return render(request, "look/bare.html", _context(failed=False))


@allow_public
def charts(request: HttpRequest) -> HttpResponse:
    return render(request, "look/charts.html", chart_context())


@allow_public
def people(request: HttpRequest) -> HttpResponse:
    """Answers the people picker."""
    q = request.POST.get("q", "").strip()
    found = [one for one in PEOPLE if q and q.lower() in one["name"].lower()]
    return render(request, "components/people_options.html", {"people": found, "q": q})


@allow_public
def sent(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<!doctype html><link rel="icon" href="/static/favicon.svg"><title>sent</title>sent')


@allow_public
def error(request: HttpRequest, name: str) -> HttpResponse:
    """An error page as Django renders it: without the request, so without its context processors."""
    return HttpResponse(render_to_string(f"{name}.html"))


@allow_public
def violation(request: HttpRequest) -> HttpResponse:
    """The negative control: breaks the policy and the accessibility rules on purpose."""
    return render(request, "look/violation.html")
