"""A table of dated cases. Times are local (Europe/Amsterdam); the source of each rule stands with its cases.

Calendar of 2026: Good Friday 3 April, Easter Monday 6 April, King's Day Monday 27 April, Tuesday 5 May,
Ascension Thursday 14 May, Whit Monday 25 May, Christmas Friday and Saturday; the clock goes forward on
29 March and back on 25 October.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital.clock import AMSTERDAM, end_of_day, local_moment
from incidents.clocks.deadlines import (
    STARTS,
    DeadlinePolicy,
    Due,
    Extension,
    ExtensionShortensError,
    ExtensionTooLateError,
    Moments,
    MomentsOutOfOrderError,
    due,
    establish_by,
    extended,
    timeline,
)
from incidents.enums import Moment, Step

POLICY = DeadlinePolicy()


def at(text: str) -> datetime:
    """'2026-03-02 09:00' is local; an added ' 2nd' means the second of October's doubled hour."""
    moment, _, second = text.partition(" 2nd")
    return local_moment(datetime.fromisoformat(moment), second=bool(second or text.endswith(" 2nd")))


def said(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


# Internal clock. Step, noticed, established (None: the same), due.
INTERNAL = [
    # UMCG 2019, step 1 and 2: at once; here it is not known when it was reported.
    (Step.DIRECTOR, "2026-03-02 09:00", None, "2026-03-02 09:00"),
    (Step.DIRECTOR, "2026-03-01 03:15", "2026-03-04 10:00", "2026-03-01 03:15"),
    (Step.ALIGNMENT, "2026-03-02 09:00", None, "2026-03-02 09:00"),
    # UMCG 2019, step 3: the inspectorate within 1 day, from established.
    (Step.IGJ, "2026-03-02 09:00", None, "2026-03-03 09:00"),
    (Step.IGJ, "2026-03-02 09:00", "2026-03-05 16:30", "2026-03-06 16:30"),
    # An internal term in days never rolls: Friday gives Saturday, Christmas Eve gives Christmas.
    (Step.IGJ, "2026-03-06 17:00", None, "2026-03-07 17:00"),
    (Step.IGJ, "2026-12-24 11:00", None, "2026-12-25 11:00"),
    # UMCG 2019, step 4: support within 1 day, from noticed, whatever is established when.
    (Step.SUPPORT, "2026-03-02 09:00", "2026-03-20 09:00", "2026-03-03 09:00"),
    (Step.SUPPORT, "2026-02-28 23:50", None, "2026-03-01 23:50"),
    (Step.SUPPORT, "2028-02-28 08:00", None, "2028-02-29 08:00"),
    (Step.SUPPORT, "2026-12-31 22:00", None, "2027-01-01 22:00"),
    # Days keep the wall-clock time over both clock changes: 23 and 25 hours.
    (Step.SUPPORT, "2026-03-28 12:00", None, "2026-03-29 12:00"),
    (Step.SUPPORT, "2026-10-24 12:00", None, "2026-10-25 12:00"),
    # The skipped hour of March does not exist: an hour later. Of October's doubled hour: the first.
    (Step.SUPPORT, "2026-03-28 02:30", None, "2026-03-29 03:30"),
    (Step.SUPPORT, "2026-10-24 02:30", None, "2026-10-25 02:30"),
    # UMCG 2019, step 5: analysis within 4 weeks.
    (Step.ANALYSIS, "2026-03-02 09:00", None, "2026-03-30 09:00"),
    (Step.ANALYSIS, "2026-03-02 09:00", "2026-03-09 13:00", "2026-04-06 13:00"),  # Easter Monday: stays
    (Step.ANALYSIS, "2026-10-12 08:30", None, "2026-11-09 08:30"),
    (Step.ANALYSIS, "2026-12-07 10:00", None, "2027-01-04 10:00"),
    # UMCG 2019, step 6: feedback in week 4–5, due on day 35.
    (Step.FEEDBACK, "2026-03-02 09:00", None, "2026-04-06 09:00"),
    (Step.FEEDBACK, "2026-03-02 09:00", "2026-03-04 15:00", "2026-04-08 15:00"),
    # UMCG 2019, step 7: final report by week 6.
    (Step.FINAL_REPORT, "2026-03-02 09:00", None, "2026-04-13 09:00"),
    (Step.FINAL_REPORT, "2026-11-20 16:00", None, "2027-01-01 16:00"),
]

# Law: within 3 working days after the calamity is established; the day itself does not count; the term ends
# with the day. Noticed, established, last day.
IGJ = [
    ("2026-03-02 09:00", "2026-03-02 09:00", "2026-03-05"),  # Monday → Thursday
    ("2026-03-02 09:00", "2026-03-03 23:59", "2026-03-06"),  # Tuesday → Friday, however late in the day
    ("2026-03-02 09:00", "2026-03-04 00:00", "2026-03-09"),  # Wednesday → Monday
    ("2026-03-02 09:00", "2026-03-06 10:00", "2026-03-11"),  # Friday → Wednesday
    ("2026-03-02 09:00", "2026-03-07 10:00", "2026-03-11"),  # Saturday counts from Monday
    ("2026-03-02 09:00", "2026-03-08 10:00", "2026-03-11"),  # Sunday too
    # Algemene termijnenwet art. 3 (2): Good Friday; (1): Easter Monday.
    ("2026-03-30 09:00", "2026-04-01 09:00", "2026-04-08"),
    ("2026-03-30 09:00", "2026-04-02 09:00", "2026-04-09"),
    ("2026-03-30 09:00", "2026-04-03 09:00", "2026-04-09"),
    # Art. 3 (1): King's Day; 27 April on a Sunday is kept on Saturday 26 April (2025).
    ("2026-04-20 09:00", "2026-04-24 09:00", "2026-04-30"),
    ("2025-04-22 09:00", "2025-04-24 09:00", "2025-04-29"),
    # Art. 3 (1): 5 May in every year, not only in the fifth (2025 was one).
    ("2026-04-30 09:00", "2026-05-04 09:00", "2026-05-08"),
    ("2025-04-30 09:00", "2025-05-02 09:00", "2025-05-08"),
    ("2027-05-03 09:00", "2027-05-03 09:00", "2027-05-10"),  # and Ascension on the 6th
    # Art. 3 (1): Ascension and Whit Monday.
    ("2026-05-11 09:00", "2026-05-12 09:00", "2026-05-18"),
    ("2026-05-18 09:00", "2026-05-22 09:00", "2026-05-28"),
    # Art. 3 (1): both days of Christmas and New Year's Day.
    ("2026-12-21 09:00", "2026-12-23 09:00", "2026-12-29"),
    ("2026-12-21 09:00", "2026-12-30 09:00", "2027-01-05"),
    ("2025-12-22 09:00", "2025-12-24 09:00", "2025-12-31"),  # Thursday and Friday off
    ("2027-12-30 09:00", "2027-12-31 09:00", "2028-01-05"),  # New Year on Saturday: nothing is moved
    # Both clock changes lie in a weekend: counted in days, nothing shifts.
    ("2026-03-27 09:00", "2026-03-27 09:00", "2026-04-01"),
    ("2026-10-23 09:00", "2026-10-23 09:00", "2026-10-28"),
    # The local day counts: 00:30 here is still yesterday in UTC.
    ("2026-06-29 12:00", "2026-06-30 00:30", "2026-07-03"),
    # Law: at most 6 weeks from noticed to establish. Established later, the term counts from there.
    ("2026-03-02 09:00", "2026-04-13 23:00", "2026-04-16"),
    ("2026-03-02 09:00", "2026-04-20 09:00", "2026-04-16"),
]

# Law: in doubt 6 weeks from noticed, then 3 working days. Noticed, last day to establish, last day to notify.
DOUBT = [
    ("2026-03-02 09:00", "2026-04-13", "2026-04-16"),
    (
        "2026-03-16 09:00",
        "2026-04-27",
        "2026-04-30",
    ),  # ends on King's Day: does not roll on (the safe reading)
    ("2026-02-20 23:30", "2026-04-03", "2026-04-09"),  # Good Friday
    ("2026-11-14 09:00", "2026-12-26", "2026-12-30"),  # Saturday, second day of Christmas
    ("2026-09-14 00:10", "2026-10-26", "2026-10-29"),  # over the clock change, by local days
]

# Law: final report about 8 weeks, counted from established, the earliest reading. Noticed, established, last
# day.
FINAL = [
    ("2026-03-02 09:00", "2026-03-02 09:00", "2026-04-27"),  # King's Day: does not roll on (the safe reading)
    ("2026-03-02 09:00", "2026-03-10 09:00", "2026-05-05"),
    ("2026-03-02 09:00", "2026-03-07 09:00", "2026-05-02"),  # Saturday stays Saturday
    ("2026-11-06 09:00", "2026-11-06 09:00", "2027-01-01"),
    (
        "2026-03-02 09:00",
        "2026-04-30 09:00",
        "2026-06-08",
    ),  # established too late: from the end of the 6 weeks
    ("2027-09-06 09:00", "2027-09-06 23:59", "2027-11-01"),
]


def moments(noticed: str, established: str | None = None, **known) -> Moments:
    known = {"named": at(noticed), **known}
    return Moments(noticed=at(noticed), established=at(established) if established else None, **known)


@pytest.mark.parametrize(("step", "noticed", "established", "expected"), INTERNAL)
def test_internal_clock(step, noticed, established, expected):
    assert said(due(step, moments(noticed, established or noticed), POLICY).internal) == expected


@pytest.mark.parametrize(("noticed", "established", "expected"), IGJ)
def test_statutory_notification(noticed, established, expected):
    found = due(Step.IGJ, moments(noticed, established), POLICY).statutory

    assert found == end_of_day(date.fromisoformat(expected))


@pytest.mark.parametrize(("noticed", "to_establish", "to_notify"), DOUBT)
def test_in_doubt(noticed, to_establish, to_notify):
    doubtful = moments(noticed, in_doubt=True)

    assert establish_by(doubtful, POLICY) == end_of_day(date.fromisoformat(to_establish))
    assert due(Step.IGJ, doubtful, POLICY) == Due(statutory=end_of_day(date.fromisoformat(to_notify)))


@pytest.mark.parametrize(("noticed", "established", "expected"), FINAL)
def test_statutory_final_report(noticed, established, expected):
    found = due(Step.FINAL_REPORT, moments(noticed, established), POLICY).statutory

    assert found == end_of_day(date.fromisoformat(expected))


def test_the_table_has_sixty_dated_cases():
    assert len(INTERNAL) + len(IGJ) + len(DOUBT) + len(FINAL) + len(FEEDBACK_OPENS) >= 60


# "Week 4–5" opens when the analysis is done, on day 28 at the latest (UMCG 2019, step 6).
FEEDBACK_OPENS = [
    (None, "2026-03-30 09:00"),
    ("2026-03-20 14:00", "2026-03-20 14:00"),
    ("2026-04-02 14:00", "2026-03-30 09:00"),
]


@pytest.mark.parametrize(("analysis_done", "expected"), FEEDBACK_OPENS)
def test_feedback_opens(analysis_done, expected):
    known = moments("2026-03-02 09:00", analysis_done=at(analysis_done) if analysis_done else None)

    assert said(due(Step.FEEDBACK, known, POLICY).opens) == expected


def test_what_is_only_reported_runs_on_the_hospitals_clock_from_noticed_and_not_yet_on_the_laws():
    noticed = "2026-03-02 09:00"
    reported, established = (timeline(moments(noticed, given), POLICY) for given in (None, noticed))

    for step in Step.track():
        assert (reported[step].internal, reported[step].opens) == (
            established[step].internal,
            established[step].opens,
        )
    # By law it has to be known within six weeks, and then notified within three working days.
    assert said(reported[Step.IGJ].statutory) == "2026-04-16 23:59"
    assert reported[Step.FINAL_REPORT].statutory is None


# Policy names the moment from which "at once" counts: *onverwijld* from when the head of the department could
# act, which is the report.
@pytest.mark.parametrize(
    ("start", "due_at"),
    [
        (None, "2026-03-02 11:14"),
        (Moment.REPORTED, "2026-03-02 11:14"),
        (Moment.NOTICED, "2026-03-02 11:00"),
        (Moment.OCCURRED, "2026-03-02 08:30"),
    ],
)
def test_at_once_counts_from_the_report_unless_policy_says_otherwise(start, due_at):
    starts = STARTS if start is None else {**STARTS, Step.DIRECTOR: start}
    known = moments("2026-03-02 11:00", occurred=at("2026-03-02 08:30"), reported=at("2026-03-02 11:14"))
    assert said(due(Step.DIRECTOR, known, replace(POLICY, starts=starts)).internal) == due_at


@pytest.mark.parametrize(
    ("named", "due_at"),
    [
        (None, None),  # nobody is named: there is nobody to offer it to
        ("2026-03-02 11:14", "2026-03-03 09:00"),  # with the report: from when it was noticed
        ("2026-03-01 10:00", "2026-03-03 09:00"),  # on another report of the event
        ("2026-03-05 10:00", "2026-03-06 10:00"),  # later: from then
    ],
)
def test_support_is_owed_since_somebody_is_named(named, due_at):
    known = moments("2026-03-02 09:00", reported=at("2026-03-02 11:14"), named=at(named) if named else None)
    assert said(due(Step.SUPPORT, known, POLICY).internal) == due_at


def test_the_final_report_is_only_expected_by_law():
    running = timeline(moments("2026-03-02 09:00", "2026-03-02 09:00"), POLICY)

    assert [step for step, each in running.items() if each.is_expected] == [Step.FINAL_REPORT]


def test_in_doubt_only_what_is_owed_anyway_runs():
    running = timeline(moments("2026-03-02 09:00", in_doubt=True), POLICY)

    assert {step: (said(each.internal), said(each.statutory)) for step, each in running.items()} == {
        Step.DIRECTOR: ("2026-03-02 09:00", None),
        Step.ALIGNMENT: ("2026-03-02 09:00", None),
        Step.IGJ: (None, "2026-04-16 23:59"),
        Step.SUPPORT: ("2026-03-03 09:00", None),
        Step.ANALYSIS: (None, None),
        Step.FEEDBACK: (None, None),
        Step.FINAL_REPORT: (None, None),
    }


def test_the_policy_says_which_moment_starts_a_clock_and_how_long_it_runs():
    policy = replace(
        POLICY,
        starts={**STARTS, Step.IGJ: Moment.NOTICED, Step.ANALYSIS: Moment.OCCURRED},
        director_hours=2,
        igj_days=2,
        igj_working_days=1,
        final_report_weeks=10,
    )
    known = moments("2026-03-02 09:00", "2026-03-04 09:00", occurred=at("2026-03-01 20:00"))

    found = timeline(known, policy)

    assert said(found[Step.DIRECTOR].internal) == "2026-03-02 11:00"
    assert said(found[Step.IGJ].internal) == "2026-03-04 09:00"
    assert said(found[Step.IGJ].statutory) == "2026-03-05 23:59"
    assert said(found[Step.ANALYSIS].internal) == "2026-03-29 20:00"
    assert said(found[Step.FINAL_REPORT].statutory) == "2026-05-13 23:59"
    assert said(due(Step.ANALYSIS, moments("2026-03-02 09:00"), policy).internal) == "2026-03-30 09:00"


def test_terms_in_hours_are_elapsed_time():
    policy = replace(POLICY, director_hours=24)

    assert said(due(Step.DIRECTOR, moments("2026-03-28 12:00"), policy).internal) == "2026-03-29 13:00"
    assert said(due(Step.DIRECTOR, moments("2026-10-24 12:00"), policy).internal) == "2026-10-25 11:00"


def test_a_day_by_decree_counts_as_a_holiday():
    # Art. 3 (3): a decree may, for one, add the Friday after Ascension.
    policy = replace(POLICY, decreed_holidays=frozenset({date(2026, 5, 15)}))

    found = due(Step.IGJ, moments("2026-05-11 09:00", "2026-05-12 09:00"), policy).statutory

    assert said(found) == "2026-05-19 23:59"


STATUTORY = end_of_day(date(2026, 4, 27))


@pytest.mark.parametrize(
    ("extensions", "letter", "expected"),
    [
        ([], None, "2026-04-27"),
        # IGJ's letter names the date, earlier or later.
        ([], date(2026, 5, 12), "2026-05-12"),
        ([], date(2026, 4, 20), "2026-04-20"),
        ([Extension(at("2026-04-20 10:00"), date(2026, 5, 18))], None, "2026-05-18"),
        # Asked in the last minute of the last day; not answered yet.
        ([Extension(at("2026-04-27 23:59"))], None, "2026-04-27"),
        # A second one is measured against the first.
        (
            [
                Extension(at("2026-04-20 10:00"), date(2026, 5, 18)),
                Extension(at("2026-05-18 20:00"), date(2026, 6, 1), "2026-123"),
            ],
            None,
            "2026-06-01",
        ),
        ([Extension(at("2026-05-10 10:00"), date(2026, 6, 1))], date(2026, 5, 12), "2026-06-01"),
    ],
)
def test_an_extended_term(extensions, letter, expected):
    assert extended(STATUTORY, extensions, letter) == end_of_day(date.fromisoformat(expected))


@pytest.mark.parametrize(
    ("extensions", "letter", "error"),
    [
        ([Extension(at("2026-04-28 00:00"), date(2026, 5, 18))], None, ExtensionTooLateError),
        ([Extension(at("2026-04-21 00:00"), date(2026, 5, 18))], date(2026, 4, 20), ExtensionTooLateError),
        ([Extension(at("2026-04-20 00:00"), date(2026, 4, 26))], None, ExtensionShortensError),
    ],
)
def test_an_extension_that_cannot_be_is_refused(extensions, letter, error):
    with pytest.raises(error):
        extended(STATUTORY, extensions, letter)


@pytest.mark.parametrize(
    ("noticed", "known"),
    [
        ("2026-03-02 09:00", {"established": at("2026-03-02 08:59")}),
        ("2026-03-02 09:00", {"occurred": at("2026-03-02 09:01")}),
    ],
)
def test_moments_out_of_order_are_refused(noticed, known):
    with pytest.raises(MomentsOutOfOrderError):
        Moments(noticed=at(noticed), **known)


def test_naive_moments_are_refused():
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - what is refused

    with pytest.raises(ValueError, match="aware"):
        Moments(noticed=naive)


def test_a_term_is_not_negative():
    with pytest.raises(ValueError, match="not negative"):
        replace(POLICY, igj_days=-1)


# hypothesis wants bounds without a zone, and gives each moment its own.
FIRST, LAST = datetime(2020, 1, 1), datetime(2035, 1, 1)  # noqa: DTZ001  # see above
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
days_off = st.frozensets(st.dates(date(2020, 1, 1), date(2036, 1, 1)), max_size=40)
policies = st.builds(
    DeadlinePolicy,
    director_hours=st.integers(0, 48),
    igj_days=st.integers(0, 5),
    support_days=st.integers(0, 5),
    analysis_days=st.integers(1, 60),
    feedback_days=st.integers(1, 60),
    final_report_days=st.integers(1, 90),
    igj_working_days=st.integers(0, 10),
    establish_weeks=st.integers(0, 10),
    final_report_weeks=st.integers(0, 12),
    starts=st.fixed_dictionaries({step: st.sampled_from(Moment) for step in Step}),
    decreed_holidays=days_off,
)
spans = st.timedeltas(timedelta(0), timedelta(days=70))
known_moments = st.builds(
    lambda noticed, before, after, doubt: Moments(
        noticed, noticed - before, None if after is None else noticed + after, doubt, named=noticed
    ),
    instants,
    spans,
    st.none() | spans,
    st.booleans(),
)


def not_before(later: datetime | None, earlier: datetime | None) -> bool:
    if later is None or earlier is None:
        return later is earlier
    return later >= earlier


@given(known_moments, policies)
def test_nothing_is_due_before_it_can_start(known, policy):
    for step, each in timeline(known, policy).items():
        start = known.start(policy.starts[step])
        if start is None:
            assert each.internal is None
        else:
            assert each.internal is not None
            assert each.internal >= start
            assert each.opens is None or each.opens <= each.internal
        assert each.statutory is None or each.statutory >= known.noticed.replace(microsecond=0)


@given(known_moments, policies, days_off)
def test_more_holidays_never_bring_a_term_forward_and_leave_internal_ones_alone(known, policy, more):
    longer = replace(policy, decreed_holidays=policy.decreed_holidays | more)

    for step in Step:
        before, after = due(step, known, policy), due(step, known, longer)
        assert (after.internal, after.opens) == (before.internal, before.opens)
        assert not_before(after.statutory, before.statutory)


@given(known_moments, policies, spans)
def test_establishing_later_never_brings_a_term_forward(known, policy, later):
    established = known.established or known.noticed
    known = replace(known, established=established)
    delayed = replace(known, established=established + later)

    for step in Step:
        before, after = due(step, known, policy), due(step, delayed, policy)
        # Over the hour that March skips, the same local time may come the one hour earlier.
        assert not_before(after.internal and after.internal + timedelta(hours=1), before.internal)
        assert not_before(after.statutory, before.statutory)


@given(known_moments, policies)
def test_being_established_never_postpones_the_notification(known, policy):
    doubtful = replace(known, established=None, in_doubt=True)

    assert not_before(due(Step.IGJ, doubtful, policy).statutory, due(Step.IGJ, known, policy).statutory)


@given(known_moments, policies, st.integers(-14, 14))
def test_the_zone_in_which_a_moment_is_given_does_not_matter(known, policy, hours):
    elsewhere = timezone(timedelta(hours=hours))
    moved = replace(known, noticed=known.noticed.astimezone(elsewhere))

    assert timeline(moved, policy) == timeline(known, policy)


@given(policies)
def test_a_frozen_policy_is_the_policy(policy):
    assert DeadlinePolicy.from_data(policy.to_data()) == policy
    with_hours = {**policy.to_data(), "work_starts": "08:00:00", "work_ends": "17:00:00"}
    assert DeadlinePolicy.from_data(with_hours) == policy
