"""From prepared to published: a coordinator reads the figures of a period first, may put words beside them,
and publishes them once. Who waits too long is not waited for: figures cannot be withheld.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from dashboards.models import BlockWords, Publication, Release
from dashboards.reminders import tell_published
from hospital.clock import local_day, start_of_day

WAIT = timedelta(days=14)
"""So long prepared figures wait for a coordinator."""


class AlreadyOut(Exception):
    """These figures are published; `publication` says since when, and by whom."""

    def __init__(self, publication: Publication) -> None:
        super().__init__(str(publication))
        self.publication = publication


class WrittenMeanwhile(Exception):
    """Somebody else wrote on this page since it was shown; `newer` are their words, by block."""

    def __init__(self, newer: Mapping[str, BlockWords]) -> None:
        super().__init__(", ".join(newer))
        self.newer = newer


def publishes_itself_at(release: Release) -> datetime:
    """From the beginning of which day these figures are published though nobody did so."""
    return start_of_day(local_day(release.drawn_at) + WAIT)


@transaction.atomic
def publish(release: Release, *, by: User | None, at: datetime) -> list[Publication]:
    """Let board and directors read `release`, and what is older and waits still: periods come in their order.

    Raises AlreadyOut.
    """
    # Whoever comes second waits here, and then sees what the first did.
    Release.objects.select_for_update().get(pk=release.pk)
    waiting = list(Release.objects.waiting().filter(starts_on__lte=release.starts_on))
    if release not in waiting:
        raise AlreadyOut(Publication.objects.select_related("by").get(release=release))
    made = Publication.objects.bulk_create(Publication(release=each, at=at, by=by) for each in waiting)
    tell_published(waiting, at=at)
    return made


def publish_waiting(*, at: datetime) -> list[Release]:
    """Publish, without words that nobody wrote, what has waited long enough at `at`, oldest first."""
    due = [each for each in Release.objects.waiting() if publishes_itself_at(each) <= at]
    for release in due:
        try:
            publish(release, by=None, at=at)
        except AlreadyOut:
            continue
    return due


def words_of(release: Release, page: str, *, up_to: int | None = None) -> dict[str, BlockWords]:
    """The newest words beside each block of a page, by block (`up_to` this id: as they were then); one
    that was taken away is there, empty.
    """
    found = BlockWords.objects.filter(release=release, page=page).select_related("by")
    if up_to is not None:
        found = found.filter(id__lte=up_to)
    return {each.block: each for each in found.order_by("block", "-id").distinct("block")}


@transaction.atomic
def write(
    release: Release, page: str, texts: Mapping[str, str], *, seen: int, by: User, at: datetime
) -> list[BlockWords]:
    """Put `texts` (by block; empty: none) beside the blocks of a page, published or not; those that changed.

    `seen` is the newest id that the page showed, 0 for none. Raises WrittenMeanwhile.
    """
    # One at a time, so that the newest id is also the last that was committed.
    Release.objects.select_for_update().get(pk=release.pk)
    now = words_of(release, page)
    if newer := {block: each for block, each in now.items() if each.id > seen}:
        raise WrittenMeanwhile(newer)
    stands = {block: each.text for block, each in now.items()}
    return BlockWords.objects.bulk_create(
        BlockWords(release=release, page=page, block=block, text=text, by=by, at=at)
        for block, text in texts.items()
        if text != stands.get(block, "")
    )
