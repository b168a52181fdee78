"""How somebody is told: by which channel, in whose hands while away, and in the own calendar."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.pages.access import SignedInRequest, allow_public, allow_signed_in
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from notifications.calendar import address as calendar_address
from notifications.calendar import entries
from notifications.delivery import channels
from notifications.delivery.forms import AbsenceForm, MailForm
from notifications.enums import Group
from notifications.models import Absence, CalendarAddress
from notifications.reminders import announcing_absence

#: How an absence is asked again, when it did not arrive.
ABSENCE = {"first_day": (gettext_lazy("From"), None), "last_day": (gettext_lazy("Up to and including"), None)}


@allow_signed_in
@require_safe
def notice_settings(request: SignedInRequest) -> HttpResponse:
    return _page(request)


@allow_signed_in
@only_posted("notice-settings", does=gettext_lazy("Change what comes by mail"))
def choose_mail(request: SignedInRequest) -> HttpResponse:
    form = MailForm(request.POST)
    if form.is_valid():
        channels.choose(user=request.user, groups=form.groups())
        say(request, _("Saved."))
    return redirect("notice-settings")


@allow_signed_in
@only_posted("notice-settings", does=gettext_lazy("Say that you are away"), shown=ABSENCE)
def announce_absence(request: SignedInRequest) -> HttpResponse:
    form = AbsenceForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, absence_form=form)
    announced = announcing_absence.announce(user=request.user, at=timezone.now(), **form.cleaned_data)
    say(request, _("Saved. Your substitute is told."))
    for each in announcing_absence.left_alone(announced):
        text = _(
            "You were to stand in for %(name)s on some of these days, who is asked to choose somebody else."
        )
        say(request, text % {"name": each.user.name}, level=messages.WARNING)
    return redirect("notice-settings")


@allow_signed_in
@only_posted("notice-settings", does=gettext_lazy("You’re back"))
def come_back(request: SignedInRequest) -> HttpResponse:
    if announcing_absence.come_back(user=request.user, at=timezone.now()):
        say(request, _("From now on everything comes to you again. Your substitute is told."))
    return redirect("notice-settings")


@allow_signed_in
@only_posted("notice-settings", does=gettext_lazy("Make a calendar address"))
def make_calendar(request: SignedInRequest) -> HttpResponse:
    """Answers with the page itself: the address stands in no session, and is shown this once."""
    secret = calendar_address.make(user=request.user, at=timezone.now())
    return _page(request, address=f"{settings.SITE_URL}{reverse('calendar-feed', args=[secret])}")


@allow_signed_in
@only_posted("notice-settings", does=gettext_lazy("Stop the calendar address"))
def revoke_calendar(request: SignedInRequest) -> HttpResponse:
    if calendar_address.revoke(user=request.user):
        say(request, _("The address no longer works."))
    return redirect("notice-settings")


@allow_public
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody's own moments, for a calendar that knows the address; nothing else says who asks."""
    user = calendar_address.owner(secret)
    if user is None:
        raise Http404
    return HttpResponse(
        entries.of(user, at=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="peersupport.ics"'},
    )


def _page(
    request: SignedInRequest, *, absence_form: AbsenceForm | None = None, address: str = ""
) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    mailed = channels.mailed_groups(user)
    announced = Absence.objects.filter(user=user, last_day__gte=today).select_related("substitute").first()
    context = {
        "besides": announcing_absence.besides,
        "mail_form": MailForm(initial={group.value: group in mailed for group in Group}),
        "absence_form": absence_form or AbsenceForm(user=user),
        "announced": announced,
        "both_away": announcing_absence.substitute_away(announced) if announced else None,
        "today": today,
        "standing_in": Absence.objects.filter(substitute=user, last_day__gte=today)
        .select_related("user")
        .order_by("first_day"),
        "calendar": CalendarAddress.objects.filter(user=user).first(),
        "has_moments": entries.has_moments(user),
        "address": address,
        "now": timezone.now(),
    }
    return render(request, "notifications/delivery/settings.html", context)
