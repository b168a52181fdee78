"""The notice centre."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.pages.access import SignedInRequest, allow_signed_in
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from notifications.models import Notice
from notifications.notices import listing
from notifications.notices.listing import NoticeOpened


@allow_signed_in
@require_safe
def notices(request: SignedInRequest) -> HttpResponse:
    mine = Notice.objects.visible_to(request.user)
    try:
        before = request.GET.get("before")
        after = mine.get(pk=before) if before else None
    except (Notice.DoesNotExist, ValidationError) as unknown:
        raise Http404 from unknown
    now = timezone.now()
    page = listing.page(user=request.user, at=now, after=after)
    return render(request, "notifications/notices/notices.html", {"page": page, "now": now})


@allow_signed_in
@require_safe
def open_notice(request: SignedInRequest, pk: UUID) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    opened = listing.open_notice(notice=notice, user=request.user, at=timezone.now())
    if opened is NoticeOpened.YOURS:
        return redirect(notice.url)
    if opened is NoticeOpened.NO_LONGER_YOURS:
        say(request, _("This has been dealt with; there’s nothing left for you to do."), level=messages.INFO)
    else:
        say(request, _("This cannot be opened at the moment. Try again later."), level=messages.WARNING)
    return redirect("notices")


@allow_signed_in
@only_posted("notices", does=gettext_lazy("Mark as read"))
def read_notice(request: SignedInRequest, pk: UUID) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    listing.mark_read(user=request.user, at=timezone.now(), only=[notice.pk])
    return redirect("notices")


@allow_signed_in
@only_posted("notices", does=gettext_lazy("Mark all as read"))
def read_all(request: SignedInRequest) -> HttpResponse:
    """All of one's own, or those of a group (`notice`: their ids)."""
    try:
        only = [UUID(each) for each in request.POST.getlist("notice")]
    except ValueError as unknown:
        raise Http404 from unknown
    listing.mark_read(user=request.user, at=timezone.now(), only=only or None)
    return redirect("notices")
