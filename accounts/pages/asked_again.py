"""Addresses that only take POST have a place to come back to, and ask again what did not arrive.

Somebody who is sent to sign in comes back with GET. What they had tapped is then asked again on a page with
one button, which sends what was kept (pages.kept_forms); nothing is done without that tap. Without anything
kept (an address from the history, a link that was passed on) they land on the page that has the button.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, Union
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.pages import kept_forms

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
else:
    StrOrPromise = str

View = TypeVar("View", bound=Callable[..., Any])

#: A word for a value: a mapping of them, or a function of the value.
Words = Mapping[str, "StrOrPromise"] | Callable[[str], "StrOrPromise"]
Shown = Mapping[str, tuple["StrOrPromise", Words | None]]
#: A sentence, or what gives it for what was sent, where the buttons of a page do different things.
Does = Union["StrOrPromise", Callable[[Mapping[str, str]], "StrOrPromise"]]


@dataclass(frozen=True)
class TapQuestion:
    """What a tap does, in words; and of its fields those that say more, each with its label, and its words
    where a person would not know the value. A form's prefix before a field's name makes no difference.
    """

    does: Does = ""
    shown: Shown = field(default_factory=dict)

    def words(self, data: Mapping[str, str]) -> str:
        if said := self.does(data) if callable(self.does) else self.does:
            return str(said)
        return gettext("Search for what you typed") if "q" in data else gettext("What you last sent")

    def answers(self, data: Mapping[str, str]) -> list[tuple[str, str]]:
        """What was typed or chosen, as label and value."""
        found = []
        shown = {"q": (_("Search"), None), **self.shown}
        for name, value in data.items():
            label, words = shown.get(name.rpartition("-")[2], ("", None))
            if label and value:
                found.append((str(label), _said(value, words)))
        return found


def asks_again(*, does: Does = "", shown: Shown | None = None) -> Callable[[View], View]:
    """In which words the view asks again what comes back, where it fills no form with it."""

    def decorate(view: View) -> View:
        view.question = TapQuestion(does, shown or {})  # type: ignore[attr-defined]  # read by `ask`
        return view

    return decorate


def only_posted(
    place: str | Callable[..., str],
    *parameters: str,
    does: Does = "",
    shown: Shown | None = None,
) -> Callable[[View], View]:
    """This address takes POST; GET leads to `place`, or asks again what is kept.

    `place` is the name of a page, with those `parameters` of this address that are its own, or a function of
    the parameters that gives its address.
    """

    def decorate(view: View) -> View:
        @asks_again(does=does, shown=shown)
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def posted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                answer: HttpResponse = view(request, *args, **kwargs)
                return answer
            if callable(place):
                return redirect(place(**kwargs))
            return redirect(reverse(place, kwargs={name: kwargs[name] for name in parameters}))

        posted.only_posted = True  # type: ignore[attr-defined]  # read by `only_takes_post`
        return posted  # type: ignore[return-value]  # same signature as `view`

    return decorate


def only_takes_post(view: Callable[..., Any]) -> bool:
    """Whether `view` has no page of its own that could show what comes back."""
    return hasattr(view, "only_posted")


def ask(request: HttpRequest, view: Callable[..., Any]) -> HttpResponse | None:
    """The page that asks again what this person had sent to this address; None when nothing is kept."""
    data = kept_forms.take_back(request)
    if data is None:
        return None
    question: TapQuestion = getattr(view, "question", TapQuestion())
    hidden = [
        (name, value)
        for name, values in data.lists()
        if name not in {"csrfmiddlewaretoken", kept_forms.FIELD}
        for value in values
    ]
    sent = {name: str(data[name]) for name in data}
    match = request.resolver_match
    reference = str(match.kwargs.get("reference", "")) if match else ""
    about = [(gettext("Reference"), reference)] if reference else []
    context = {
        "does": question.words(sent),
        "answers": about + question.answers(sent),
        "hidden": hidden,
        "otherwise": request.get_full_path(),
    }
    return render(request, "accounts/pages/asked_again.html", context)


def name_of(pk: str) -> str:
    """The name of the employee whose id a form sent; "" for anything else."""
    try:
        return next((one.name for one in User.objects.filter(pk=UUID(pk))), "")
    except ValueError:
        return ""


def _said(value: str, words: Words | None) -> str:
    if callable(words):
        return str(words(value))
    if words is not None:
        return str(words.get(value, value))
    moment = _moment(value)
    if isinstance(moment, datetime):
        return date_format(moment, "l j F Y H:i")
    return date_format(moment, "l j F Y") if moment else value


def _moment(value: str) -> date | datetime | None:
    """The local moment or the day that a field of the browser writes; None for anything else."""
    try:
        return parse_date(value) or parse_datetime(value)
    except ValueError:
        return None
