"""Building the demo hospital in an empty database."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models import Q

from accounts.enums import Role
from accounts.models import User
from accounts.sign_in.demo_people import DEMO_PEOPLE
from dashboards import figures, publishing
from dashboards.models import Release
from dashboards.published import take
from demo import candidates, committee, corridor, surveys, today, training, unnamed
from demo.daytime import by_day
from demo.hospital import DEPARTMENTS, LOCATIONS, NAME, PARTNER, PROFESSIONS, staff
from demo.timeline import Year
from demo.year import DAYS, REPORTS, live
from evaluations.enums import PeriodLength
from evaluations.models import EvaluationPolicy
from hospital.enums import ProfessionGroup
from hospital.models import Department, Hospital, Location, Profession
from notifications.models import Mail, Notice
from supporters.enums import Experience
from supporters.models import MeetingPlace, OutsideHelp, ShownAs, Supporter, SupportPolicy
from supporters.offers import told_later
from training.enums import CORE
from training.models import TakenOver

#: People who work there, and reports of its past year.
SIZES = {"small": (900, 40), "hospital": (5_000, REPORTS), "large": (14_000, 600)}
STAFF = SIZES["hospital"][0]
#: With so many reports a year, figures come each quarter.
BY_QUARTER = 100

#: With more periods than this the newest is not published yet.
ENOUGH_PERIODS = 2
#: What the coordinator wrote beside the newest figures.
SAID = (
    "Steeds meer teams melden ook agressie en een reanimatie, niet alleen een VIM. Dat is winst: wie gemeld "
    "wordt, wordt gebeld. Dank aan de supporters en aan de afdelingen die hen vrijmaken."
)

#: Who does not head a department.
LEARNING = ("Leerling-verpleegkundige", "Coassistent")
#: Of each big group of supporters so many show themselves to a colleague who chooses.
HANDFUL = 5

#: Where two can talk, and whether one talk fits there at a time.
PLACES = {
    "Spreekkamer A1.12": True,
    "Spreekkamer C3.04": True,
    "Stiltecentrum": True,
    "Wandeling buiten": False,
}

#: demo account → department, profession, roles
_ROLES: dict[str, tuple[str, str, tuple[Role, ...]]] = {
    "employee": ("Spoedeisende hulp", "Verpleegkundige", ()),
    "teamleader": ("Spoedeisende hulp", "Verpleegkundige", (Role.TEAM_LEADER,)),
    "supporter": ("Intensive care", "Verpleegkundige", (Role.SUPPORTER,)),
    "supporter2": ("Cardiologie", "Medisch specialist", (Role.SUPPORTER,)),
    "coordinator": ("Sociaal-medische zorg", "Maatschappelijk werker", (Role.COORDINATOR,)),
    "deputy": ("Paramedische zorg", "Fysiotherapeut", (Role.COORDINATOR,)),
    "ccp": ("Chirurgie", "Medisch specialist", (Role.CCP,)),
    "analyst": ("Kindergeneeskunde", "Verpleegkundige", (Role.ANALYST,)),
    "director": ("Interne geneeskunde", "Medisch specialist", (Role.DIRECTOR,)),
    "board": ("Raad van bestuur", "Bestuurder", (Role.BOARD,)),
    "admin": ("Informatievoorziening", "Medewerker ICT", (Role.ADMIN,)),
    "privacy": ("Kwaliteit en veiligheid", "Beleidsmedewerker", (Role.PRIVACY_OFFICER,)),
}


def build(*, seed: int, at: datetime, size: int, reports: int) -> None:
    """The hospital, its pool of supporters and its past year up to `at`, or to the evening before when that
    lies in the night; the same for the same seed and `at`.

    `size` people work there and `reports` came in.

    Raises ValueError when the database holds people already.
    """
    if User.objects.exists():
        raise ValueError("There are people in this database; the demo hospital needs an empty one.")
    chance, now, at = random.Random(seed), at, by_day(at)
    with connection.cursor() as cursor:
        # Thousands of small transactions, none of which has to outlive a power cut.
        cursor.execute("SET synchronous_commit TO off")
    Hospital(name=NAME).save()
    SupportPolicy.objects.update_or_create(
        defaults={"norm": 14, "norm_in_shifts": 18, "employee_chooses": True}
    )
    # For so few offers a year would be surer, but none has ended here.
    period = PeriodLength.QUARTER if reports >= BY_QUARTER else PeriodLength.HALF_YEAR
    EvaluationPolicy.objects.update_or_create(defaults={"period": period})
    MeetingPlace.objects.bulk_create(
        MeetingPlace(name=name, one_at_a_time=one) for name, one in PLACES.items()
    )
    with transaction.atomic():
        people = _hire(chance, at, size)
        heads = _appoint(people)
        _gather_pool(chance, people, heads, at)
    demo = {person.username: person for person in people[: len(_ROLES)]}
    employees = [person for person in people if person.username.isdigit()]
    committee.seat(demo, [person for person in employees if person not in heads], at=at)
    year = Year(
        chance=chance,
        now=at,
        staff=employees,
        coordinator=demo["coordinator"],
        committee=demo["ccp"],
        analyst=demo["analyst"],
        reports=reports,
    )
    unnamed.come_in(year)
    live(year)
    committee.set_out(demo, at=at, now=now)
    today.set_out(demo, at=at)
    unnamed.clear_up(year)
    corridor.talk(year)
    surveys.ask(year, by=demo["coordinator"])
    training.meet(employees, coordinator=demo["coordinator"], at=at)
    candidates.name(year, demo)
    _publish(demo["coordinator"], at=now)
    # No mail leaves for a past that never was; what is older than yesterday was read, as was what follows
    # an event.
    Mail.objects.filter(sent_at=None).update(dropped_at=at)
    Notice.objects.filter(awaits_digest=True).update(awaits_digest=False)
    was_read = Q(created_at__lt=at - timedelta(days=1)) | Q(
        reminder__kind__in=(told_later.SET, told_later.NEAR)
    )
    Notice.objects.filter(was_read).update(read_at=at)


def _publish(coordinator: User, *, at: datetime) -> None:
    """The figures of what is over, with her words; where there is enough to read the newest wait for her."""
    prepared = figures.prepare_due(at=at)
    out = prepared[:-1] if len(prepared) > ENOUGH_PERIODS else prepared
    if not out:
        return
    publishing.publish(out[-1], by=coordinator, at=at)
    if front := take("").chosen:
        release = Release.objects.get(pk=front.span.newest)
        publishing.write(release, front.span.code, {"offered": SAID}, seen=0, by=coordinator, at=at)


def _hire(chance: random.Random, at: datetime, size: int) -> list[User]:
    since = at - timedelta(days=DAYS)
    sites = {name: Location(name=name) for name in LOCATIONS}
    partner = Location(name=PARTNER, is_partner=True)
    Location.objects.bulk_create([*sites.values(), partner])
    OutsideHelp.objects.create(name="Praktijk De Luwte, psychologen", telephone="+31301112233")
    OutsideHelp.objects.create(name="Steunpunt Zorgverleners", email="steun@zorgverleners.example")
    departments = {
        name: Department(name=name, location=sites[LOCATIONS[site]])
        for name, (site, _) in DEPARTMENTS.items()
    }
    practice = Department(name="Huisartsenpraktijk", location=partner)
    Department.objects.bulk_create([*departments.values(), practice])
    professions = {
        name: Profession(name=name, group=group, works_shifts=shifts)
        for name, (group, shifts) in PROFESSIONS.items()
    }
    Profession.objects.bulk_create(professions.values())

    people = []
    named = list(DEMO_PEOPLE)
    for number, row in enumerate(staff(chance=chance, size=size, year=at.year)):
        account = User(
            username=named[number] if number < len(named) else row.employee_number,
            employee_number=row.employee_number,
            name=row.name,
            email=row.email,
            telephone=row.telephone,
            department=departments[row.department],
            profession=professions[row.profession],
            in_profession_since=row.in_profession_since,
            language=row.language,
            date_joined=since,
        )
        if number < len(named):
            department, profession, _ = _ROLES[account.username]
            account.department, account.profession = departments[department], professions[profession]
            account.language = "nl"
        people.append(account)
    people.extend(
        User(
            username=username,
            name=name,
            email=f"{username}@vliet.example",
            telephone="0300099999",
            department=practice,
            profession=professions["Medisch specialist"],
            in_profession_since=at.year - 20,
            date_joined=since,
        )
        for username, name in (("willemijn", "Willemijn van Tilborch"), ("karim", "Karim Oosterveen"))
    )
    heads = _heads(people)
    unusable = make_password(None)
    for person in people:
        person.password = unusable
        head = heads.get(person.department)
        person.manager = head if head is not person else None
    User.objects.bulk_create(people, batch_size=1_000)
    return people


def _heads(people: Sequence[User]) -> dict[Department | None, User]:
    """Who heads each department: who is longest in a profession, and does not learn it; the demo account that
    leads a team its own.
    """
    heads: dict[Department | None, User] = {}
    for person in sorted(people, key=lambda one: one.in_profession_since or 0):
        learns = person.profession is not None and person.profession.name in LEARNING
        if person.username not in DEMO_PEOPLE and not learns:
            heads.setdefault(person.department, person)
    return heads | {one.department: one for one in people if one.username == "teamleader"}


def _appoint(people: Sequence[User]) -> set[User]:
    """The heads of department."""
    heads = set(_heads(people).values())
    role = Group.objects.get(name=Role.TEAM_LEADER)
    membership = User.groups.through
    membership.objects.bulk_create(
        membership(user_id=head.pk, group_id=role.pk)
        for head in sorted(heads, key=lambda one: one.username)
        if head.username not in _ROLES
    )
    return heads


def _gather_pool(chance: random.Random, people: list[User], heads: set[User], at: datetime) -> None:
    """Seventy in a usual hospital: as it is made up, but fewer of those who seldom need one, and no heads of
    department; two physicians from outside among them. A handful of each big group show themselves.
    """
    groups = {group.name: group for group in Group.objects.all()}
    for person in people[: len(_ROLES)]:
        person.groups.set(groups[role] for role in _ROLES[person.username][2])
    of_5_000 = {
        ProfessionGroup.NURSE: 25,
        ProfessionGroup.PHYSICIAN: 13,
        ProfessionGroup.RESIDENT: 10,
        ProfessionGroup.THEATRE: 5,
        ProfessionGroup.PARAMEDIC: 5,
        ProfessionGroup.MIDWIFE: 2,
        ProfessionGroup.PSYCHOSOCIAL: 2,
        ProfessionGroup.PHARMACY: 1,
        ProfessionGroup.SUPPORT: 3,
    }
    pool = [person for person in people if person.username in {"supporter", "supporter2"}]
    showing = list(pool)
    pool += people[-2:]
    others = [person for person in people[len(_ROLES) : -2] if person not in heads]
    for group, supporters in of_5_000.items():
        ready = [
            person for person in others if person.profession is not None and person.profession.group == group
        ]
        chosen = chance.sample(ready, _of(len(people), supporters))
        pool += chosen
        if supporters >= HANDFUL:
            showing += chosen[:HANDFUL]
    _gather_analysts(chance, [person for person in others if person not in pool], groups)
    today = at.date()
    joined = [
        Supporter(
            user=person,
            trained_on=today - timedelta(days=chance.randint(370, 1_500)),
            current_until=today + timedelta(days=chance.randint(20, 500)),
            capacity=3,
        )
        for person in pool
    ]
    TakenOver.objects.bulk_create(
        TakenOver(user=each.user, trained_on=each.trained_on or today, competences=CORE, at=at)
        for each in joined
    )
    Supporter.objects.bulk_create(joined)
    membership = User.groups.through
    membership.objects.bulk_create(
        membership(user_id=person.pk, group_id=groups[Role.SUPPORTER].pk)
        for person in pool
        if person.username not in _ROLES
    )
    by_user = {supporter.user_id: supporter for supporter in Supporter.objects.all()}
    ShownAs.objects.bulk_create(
        ShownAs(
            supporter=by_user[person.pk],
            profession=True,
            department=chance.random() < 0.3,
            years=chance.random() < 0.7,
            languages=[person.language] if chance.random() < 0.5 else ["nl", "en"],
            knows=chance.sample(Experience.values, chance.randint(1, 3)),
        )
        for person in showing
    )


def _of(staff: int, among_5_000: int) -> int:
    """As many of this staff as `among_5_000` are of a usual one; somebody in any case."""
    return max(1, round(among_5_000 * staff / STAFF))


def _gather_analysts(chance: random.Random, people: list[User], groups: dict[str, Group]) -> None:
    """About thirty with the one who signs in with a click (UMCG), from the wards."""
    wards = {ProfessionGroup.NURSE, ProfessionGroup.PHYSICIAN, ProfessionGroup.PARAMEDIC}
    able = [person for person in people if person.profession is not None and person.profession.group in wards]
    membership = User.groups.through
    membership.objects.bulk_create(
        membership(user_id=person.pk, group_id=groups[Role.ANALYST].pk)
        for person in chance.sample(able, _of(len(people), 29))
    )
