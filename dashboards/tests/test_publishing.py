"""From prepared to published: who sees what when, words beside figures, and what the database refuses.

Also covers dashboards.reminders and dashboards.forms.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from dashboards import figures, publishing, reminders
from dashboards.models import BlockWords, Publication, Release
from dashboards.tests.factories import moment, prepare, publish, tables
from evaluations.periods import Period
from notifications.models import Notice, Reminder
from notifications.reminders import reconcile

Q2, Q3 = Period.parse("2026Q2"), Period.parse("2026Q3")
NOVEMBER = moment(2026, 11, 5)
EMPTIED = "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {} CASCADE"
BOARD, PREVIEW, PUBLISH, WORDS, EXPORT = (
    f"/figures/{page}" for page in ("", "preview/", "publish/", "words/", "export/")
)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOVEMBER)]


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR], name="Marit de Boer")
    client.force_login(user)
    return user


@pytest.fixture
def other(client):
    return UserFactory(roles=[Role.COORDINATOR], name="Jaap Kok")


def choices(client, path=BOARD):
    return [each["label"] for each in client.get(path).context["recent"]]


def reads(client, role):
    client.force_login(UserFactory(roles=[role]))
    return choices(client)


@pytest.mark.parametrize("role", [Role.BOARD, Role.DIRECTOR, Role.COORDINATOR])
def test_what_is_prepared_stands_on_no_page_that_the_board_reads(client, role):
    publish("2026Q2")
    prepare("2026Q3")
    assert reads(client, role) == ["Q2 2026"]
    for path in (BOARD, EXPORT):
        assert client.get(path, {"period": "2026Q3"}).status_code == 404
        assert client.get(path, {"period": "2026"}).status_code == 404


@pytest.mark.parametrize("role", [Role.BOARD, Role.DIRECTOR])
def test_board_and_directors_do_not_see_that_anything_waits(client, role):
    publish("2026Q2")
    client.force_login(UserFactory(roles=[role]))
    before = client.get(BOARD).text.partition("<main")[2]
    prepare("2026Q3")
    assert client.get(BOARD).text.partition("<main")[2] == before
    for path in (PREVIEW, PUBLISH, WORDS):
        assert client.get(path).status_code == 403


def test_the_coordinator_sees_the_page_exactly_as_it_will_be(client, coordinator):
    publish("2026Q2", tables(120))
    release = prepare("2026Q3")
    assert "To be published" in client.get(BOARD).text
    seen = client.get(PREVIEW)
    assert seen.context["published"].span.code == "2026Q3"
    assert "Not published yet" in seen.text
    assert "published on Friday 13 November by themselves" in seen.text
    html = seen.context["published"].html
    publishing.publish(release, by=coordinator, at=NOVEMBER)
    assert client.get(BOARD, {"period": "2026Q3"}).context["published"].html == html
    assert choices(client) == ["Q2–Q3 2026", "Q3 2026", "Q2 2026"]
    assert client.get(PREVIEW, follow=True).redirect_chain == [(BOARD, 302)]


def test_publishing_is_asked_once_more_and_done_once(client, coordinator, other):
    release = prepare("2026Q3")
    page = f"{PUBLISH}?period=2026Q3"
    assert "Publish the figures of Q3 2026?" in client.get(page).text
    answer = client.post(page, follow=True)
    assert answer.redirect_chain == [(f"{BOARD}?period=2026Q3", 302)]
    assert "Published. Board and directors can read it now." in answer.text
    publication = Publication.objects.get()
    assert (publication.release, publication.by, publication.at) == (release, coordinator, NOVEMBER)
    client.force_login(other)
    assert "Marit de Boer published these figures already" in client.post(page, follow=True).text
    assert client.get(page).status_code == 302
    assert Publication.objects.get().by == coordinator


def test_what_is_older_and_waits_is_published_along(coordinator):
    older, newer = prepare("2026Q2"), prepare("2026Q3")
    publishing.publish(newer, by=coordinator, at=NOVEMBER)
    assert set(Release.objects.published()) == {older, newer}


def test_who_waits_too_long_is_not_waited_for(client, coordinator):
    release = prepare("2026Q3")
    last = publishing.publishes_itself_at(release)
    assert publishing.publish_waiting(at=last - timedelta(seconds=1)) == []
    assert publishing.publish_waiting(at=last) == [release]
    assert publishing.publish_waiting(at=last) == []
    assert (Publication.objects.get().by, Publication.objects.get().at) == (None, last)
    answer = client.post(f"{PUBLISH}?period=2026Q3", follow=True)
    assert "published already, by themselves" in answer.text


def test_figures_that_wait_are_never_drawn_again():
    prepared = figures.prepare(Q3, at=NOVEMBER)
    with pytest.raises(figures.AlreadyDrawn):
        figures.prepare(Q3, at=NOVEMBER)
    publishing.publish(prepared, by=None, at=NOVEMBER)
    assert Release.objects.get().tables == prepared.tables


def test_the_coordinators_hear_that_figures_wait_until_they_are_published(coordinator):
    release = figures.prepare(Q3, at=NOVEMBER)
    reminder = Reminder.objects.get(kind=reminders.PREPARED)
    assert (reminder.role, reminder.url) == (Role.COORDINATOR, f"{PREVIEW}?period=2026Q3")
    assert reconcile.reconcile(at=NOVEMBER) == 0
    Reminder.objects.all().delete()
    assert reconcile.reconcile(at=NOVEMBER) == 1
    publishing.publish(release, by=coordinator, at=NOVEMBER)
    assert Reminder.objects.get().cancelled_at == NOVEMBER
    assert not Notice.objects.exists()
    assert reconcile.reconcile(at=NOVEMBER) == 0


def test_words_stand_beside_their_block_on_that_page_only(client, coordinator):
    publish("2026Q2")
    release = prepare("2026Q3")
    form = client.get(WORDS, {"period": "2026Q3"}).context["form"]
    own = {field.name: field.initial for field in form}
    assert own["offered"].startswith("About 100 (95–105) colleagues were offered support")
    sent = {**own, "offered": "More teams\nreport  <b>now</b>."}
    assert client.post(f"{WORDS}?period=2026Q3", sent).url == f"{PREVIEW}?period=2026Q3"
    assert [(each.block, each.text) for each in release.words.all()] == [
        ("offered", "More teams report <b>now</b>.")
    ]
    said = "More teams report &lt;b&gt;now&lt;/b&gt;."
    assert said in client.get(PREVIEW, {"period": "2026Q3"}).text
    publishing.publish(release, by=coordinator, at=NOVEMBER)
    page = client.get(BOARD, {"period": "2026Q3"}).text
    assert said in page
    assert "Words of the coordinator" in page
    assert said not in client.get(BOARD, {"period": "2026"}).text
    assert said not in client.get(BOARD, {"period": "2026Q2"}).text
    assert "Words of the coordinator: More teams" in client.get(EXPORT, {"period": "2026Q3"}).text


def test_words_may_be_corrected_and_taken_away_with_who_and_when(client, coordinator):
    release = publish("2026Q3")
    stored = release.tables
    for text, seen in (("First.", "0"), ("Second.", None), ("", None)):
        sent = {"seen": seen or str(release.words.latest("id").pk), "pool": text}
        client.post(f"{WORDS}?period=2026Q3", sent)
        page = client.get(BOARD, {"period": "2026Q3"}).text
        assert ("figures-said" in page) == bool(text)
        assert text in page
    form, _heading, history = client.get(WORDS, {"period": "2026Q3"}).text.partition("Who wrote what")
    assert "No names: what is written here stays" in form
    assert [each in history for each in ("First.", "Second.", "(taken away)", "Marit de Boer")] == [True] * 4
    assert Release.objects.get().tables == stored


def test_who_saves_last_reads_what_the_other_wrote_and_loses_nothing(client, coordinator, other):
    release = publish("2026Q3")
    shown = {"seen": "0"}
    publishing.write(release, "2026Q3", {"pool": "Jaap wrote this."}, seen=0, by=other, at=NOVEMBER)
    answer = client.post(f"{WORDS}?period=2026Q3", {**shown, "pool": "Marit wrote that."})
    assert answer.status_code == 200
    assert "Somebody else wrote here meanwhile" in answer.text
    assert "Jaap wrote this." in answer.text
    assert "Marit wrote that." in answer.text
    assert release.words.count() == 1
    sent = {field.name: field.value() or "" for field in answer.context["form"]}
    client.post(f"{WORDS}?period=2026Q3", sent)
    assert publishing.words_of(release, "2026Q3")["pool"].text == "Marit wrote that."


def test_what_only_the_other_wrote_is_not_taken_away_by_who_saves_last(client, coordinator, other):
    release = publish("2026Q3")
    form = client.get(WORDS, {"period": "2026Q3"}).context["form"]
    shown = {field.name: field.initial for field in form}
    publishing.write(release, "2026Q3", {"pool": "Jaap wrote this."}, seen=0, by=other, at=NOVEMBER)
    answer = client.post(f"{WORDS}?period=2026Q3", {**shown, "offered": "Marit wrote that."})
    sent = {field.name: field.value() or "" for field in answer.context["form"]}
    client.post(f"{WORDS}?period=2026Q3", sent)
    said = {block: each.text for block, each in publishing.words_of(release, "2026Q3").items()}
    assert said == {"pool": "Jaap wrote this.", "offered": "Marit wrote that."}


def test_words_are_few(client, coordinator):
    publish("2026Q3")
    answer = client.post(f"{WORDS}?period=2026Q3", {"seen": "0", "pool": "x" * (BlockWords.MOST + 1)})
    assert answer.status_code == 200
    assert not BlockWords.objects.exists()


def test_words_of_when_more_were_taken_stay(client, coordinator):
    release = publish("2026Q3")
    long = "x" * 400
    publishing.write(release, "2026Q3", {"pool": long}, seen=0, by=coordinator, at=NOVEMBER)
    form = client.get(WORDS, {"period": "2026Q3"}).context["form"]
    shown = {field.name: field.value() for field in form}
    client.post(f"{WORDS}?period=2026Q3", {**shown, "offered": "Short."})
    said = {block: each.text for block, each in publishing.words_of(release, "2026Q3").items()}
    assert said == {"pool": long, "offered": "Short."}


@pytest.mark.parametrize(
    "change",
    [
        lambda: Publication.objects.update(at=moment(2027, 1, 1)),
        lambda: Publication.objects.all()._raw_delete("default"),
        lambda: connection.cursor().execute(EMPTIED.format("dashboards_publication")),
        lambda: Publication.objects.create(release=Release.objects.get(), at=NOVEMBER),
        lambda: BlockWords.objects.update(text="other"),
        lambda: BlockWords.objects.all()._raw_delete("default"),
        lambda: connection.cursor().execute(EMPTIED.format("dashboards_blockwords")),
    ],
)
def test_the_database_keeps_that_it_was_published_and_who_wrote_what(change):
    release = publish("2026Q3")
    BlockWords.objects.create(
        release=release, page="2026Q3", block="pool", text="x", at=NOVEMBER, by=UserFactory()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_publishes():
    release = prepare("2026Q3")
    start = Barrier(4)

    def one_of_them(_number):
        start.wait()
        try:
            publishing.publish(release, by=None, at=NOVEMBER)
        except publishing.AlreadyOut:
            return "already"
        finally:
            connection.close()
        return "published"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(one_of_them, range(4))) == ["already", "already", "already", "published"]


def test_the_last_twelve_months_stand_beside_years_where_they_are_none(client, coordinator):
    for code, offered in (("2025Q3", 10), ("2025Q4", 20), ("2026Q1", 30), ("2026Q2", 40)):
        publish(code, tables(offered))
    assert choices(client)[:2] == ["Q1–Q2 2026", "12 months up to Q2 2026"]
    page = client.get(BOARD, {"period": "2026Q2R"})
    assert "colleagues were offered support" in page.text
    assert "About 100" in page.text
    assert "1 July" in page.text
    (by_period, *_rest) = page.context["published"].board.blocks[0].charts
    assert [row[0] for row in by_period.table.rows] == ["Q3 2025", "Q4 2025", "Q1 2026", "Q2 2026"]
    publish("2026Q3", tables(4, answers=None))
    assert "?period=2026Q3R" in client.get(reverse("figures:board"), {"period": "2026Q3"}).text
