"""What this room stores: reports and their steps, the hospital's terms, and imports from a VIM system."""

from incidents.models.alignment import Alignment
from incidents.models.analysis import PLACES, WANTED, Analysis, TeamMember, TeamMemberQuerySet
from incidents.models.committee import SEATS, Duty, DutyQuerySet, Seat, SeatQuerySet
from incidents.models.disclosure import DisclosureCoach, DisclosureTalk
from incidents.models.incident import (
    Incident,
    IncidentQuerySet,
    Milestone,
    MilestoneQuerySet,
    ReferenceCounter,
    full_reference,
)
from incidents.models.involvement import (
    NAMELESS,
    TYPED_WORDS,
    Involvement,
    InvolvementQuerySet,
    department_of,
    name_of,
    profession_of,
)
from incidents.models.later_moment import LaterMoment
from incidents.models.looked_after import CareArrangement, TrainedCoach
from incidents.models.policy import Policy
from incidents.models.term import TermChange
from incidents.models.track_event import TrackEvent
from incidents.models.vim import VimImport, VimImportQuerySet, VimMapping
from incidents.models.visible_rows import OVERSEERS, events_of

__all__ = (
    "NAMELESS",
    "OVERSEERS",
    "PLACES",
    "SEATS",
    "TYPED_WORDS",
    "WANTED",
    "Alignment",
    "Analysis",
    "CareArrangement",
    "DisclosureCoach",
    "DisclosureTalk",
    "Duty",
    "DutyQuerySet",
    "Incident",
    "IncidentQuerySet",
    "Involvement",
    "InvolvementQuerySet",
    "LaterMoment",
    "Milestone",
    "MilestoneQuerySet",
    "Policy",
    "ReferenceCounter",
    "Seat",
    "SeatQuerySet",
    "TeamMember",
    "TeamMemberQuerySet",
    "TermChange",
    "TrackEvent",
    "TrainedCoach",
    "VimImport",
    "VimImportQuerySet",
    "VimMapping",
    "department_of",
    "events_of",
    "full_reference",
    "name_of",
    "profession_of",
)
