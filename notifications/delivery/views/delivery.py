"""How delivery goes: the coordinator sees it, the functional administrator acts."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from notifications.delivery import bounces, overview
from notifications.models import Bounce, Mail, Reminder


@allow(Role.ADMIN, Role.COORDINATOR)
@require_safe
def delivery(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "overview": overview.overview(user=request.user, at=now),
        "bounces": bounces.failing(request.user),
        "reads_bounces": bool(settings.BOUNCE_MAILBOX),
        "now": now,
        "counted": overview.COUNTED,
    }
    return render(request, "notifications/delivery/delivery.html", context)


@allow(Role.ADMIN, Role.COORDINATOR)
@only_posted("delivery", does=gettext_lazy("Send myself a trial"))
def send_trial(request: SignedInRequest) -> HttpResponse:
    overview.send_trial(to=request.user, at=timezone.now())
    say(request, _("A trial is on its way to you: a notice within a minute, and a mail."))
    return redirect("delivery")


@allow(Role.ADMIN, Role.COORDINATOR)
@only_posted("delivery", does=gettext_lazy("This address is right again"))
def bounce_over(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Whoever had the address mended says so; mail that comes back again is shown again."""
    get_object_or_404(Bounce.objects.visible_to(request.user), pk=pk).delete()
    say(request, _("Noted. If mail comes back again, it stands here again."))
    return redirect("delivery")


@allow(Role.ADMIN)
@only_posted("delivery", does=gettext_lazy("Try everything again"))
def resend_all(request: SignedInRequest) -> HttpResponse:
    count = overview.resend(by=request.user, at=timezone.now())
    return _said(request, count)


@allow(Role.ADMIN)
@only_posted("delivery", does=gettext_lazy("Try this message again"))
def resend(request: SignedInRequest, pk: UUID) -> HttpResponse:
    known = [model.objects.visible_to(request.user).filter(pk=pk) for model in (Mail, Reminder)]
    if not any(rows.exists() for rows in known):
        raise Http404
    return _said(request, overview.resend(by=request.user, at=timezone.now(), only=pk))


@allow(Role.ADMIN)
@only_posted("delivery", does=gettext_lazy("Stop trying"))
def give_up(request: SignedInRequest, pk: UUID) -> HttpResponse:
    mail = Mail.objects.visible_to(request.user).filter(pk=pk).first()
    what = mail or get_object_or_404(Reminder.objects.visible_to(request.user), pk=pk)
    if not overview.give_up(what=what, by=request.user, at=timezone.now()):
        text = _("This message has arrived meanwhile, or was stopped already.")
        say(request, text, level=messages.INFO)
    elif mail:
        say(request, _("This mail is not tried again. What it was about still stands in the app."))
    else:
        say(request, _("This reminder is not tried again. Nobody is told what it was about."))
    return redirect("delivery")


def _said(request: SignedInRequest, count: int) -> HttpResponse:
    if count:
        text = ngettext(
            "%(count)d message is tried again now. At night a mail that is not urgent waits for the morning.",
            "%(count)d messages are tried again now. At night mail that is not urgent waits for the morning.",
            count,
        )
        say(request, text % {"count": count})
    else:
        text = _("Nothing is waiting to be retried: it has arrived, or is being sent.")
        say(request, text, level=messages.INFO)
    return redirect("delivery")
