"""Somebody holds the board's pages against those of before one more colleague was supported."""

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Language, Role
from accounts.models import User
from attacks.installation import Installation, lasting
from benchmarks.server import session_of
from dashboards import figures, published
from dashboards.models import Publication
from evaluations.enums import PeriodLength
from evaluations.models import EvaluationPolicy
from evaluations.periods import Period
from hospital.clock import local_day
from supporters.tests.factories import ContactFactory


@override_settings(SECOND_FACTOR=False)  # nobody here has one
def changed(place: Installation) -> tuple[int, int]:
    """Of so many things published, of how many the bytes changed by one contact more in the open period."""
    place.pass_until(Publication.objects.exists, "that figures are published", step=timedelta(days=1))
    before = _pages()
    ContactFactory(closed=True)
    after = _pages()
    return len(before), sum(before[address] != after[address] for address in before)


def changed_naively() -> bool:
    """Whether figures counted for each page changed by one contact more in the open period."""
    period = Period.holding(local_day(timezone.now()), PeriodLength(EvaluationPolicy.current().period))
    before = figures.count_support(period)
    ContactFactory(closed=True)
    return before != figures.count_support(period)


def _pages() -> Mapping[str, bytes]:
    """What board and director read, in both languages, and what they take with them."""
    pages = {}
    for role in (Role.BOARD, Role.DIRECTOR):
        reader, _new = User.objects.get_or_create(username=f"reads-{role}", defaults={"name": "Somebody"})
        reader.groups.set([Group.objects.get(name=role)])
        for language in Language:
            User.objects.filter(pk=reader.pk).update(language=language)
            browser = Client(headers={"host": "localhost"})
            browser.cookies[settings.SESSION_COOKIE_NAME] = session_of(reader.username)
            for span in published.take("").spans:
                for page in ("figures:board", "figures:export", "figures:workbook", "figures:report"):
                    address = f"{reverse(page)}?period={span.code}"
                    body = browser.get(address).content
                    pages[f"{role} {language} {address}"] = lasting(_unpacked(body))
    return pages


def _unpacked(body: bytes) -> bytes:
    """What is in a workbook, without when it was made; anything else as it is."""
    if not body.startswith(b"PK"):
        return body
    with ZipFile(BytesIO(body)) as book:
        return b"".join(book.read(name) for name in book.namelist() if name != "docProps/core.xml")
