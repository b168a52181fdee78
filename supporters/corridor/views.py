"""A talk in the corridor, noted in two taps.

The page that says so holds the way to undo it: nothing of it is put in a session, which has an owner.
"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from supporters.corridor import talks
from supporters.corridor.forms import CorridorTalkForm


@allow(Role.SUPPORTER)
@require_http_methods(["GET", "HEAD", "POST"])
def corridor_talk(request: SignedInRequest) -> HttpResponse:
    """Four choices, and that it is noted. A second click finds the first: it says so, and undoes nothing."""
    now = timezone.now()
    form = CorridorTalkForm(kept_forms.posted(request), user=request.user, at=now)
    if request.method == "POST" and form.is_valid():
        key = kept_forms.ticket_of(request).key
        try:
            noted = talks.note(key=key, **form.talk(), at=now)
        except talks.NotedDifferently:
            text = _("You noted a talk with this page already. Was this another one? Then send it once more.")
            form.add_error(None, text)
            kept_forms.renew(request)
        else:
            ticket = talks.undo_ticket(key=key, by=request.user, at=now) if noted else ""
            return render(request, "supporters/corridor/noted.html", {"undo_ticket": ticket})
    return render(request, "supporters/corridor/corridor_talk.html", {"form": form})


@allow(Role.SUPPORTER)
@only_posted("contacts:corridor", does=gettext_lazy("Undo the talk in the corridor"))
def undo(request: SignedInRequest) -> HttpResponse:
    """Take back the talk of the ticket that its page held."""
    try:
        talks.undo(request.POST.get("talk", ""), by=request.user, at=timezone.now())
    except talks.NotYours as wrong:
        raise Http404 from wrong
    except talks.TooLateToUndo:
        say(request, _("This can no longer be undone."), level=messages.WARNING)
    else:
        say(request, _("Undone."))
    return redirect("contacts:list")
