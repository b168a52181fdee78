"""What this room stores."""

from supporters.models.contact import Appointment, Contact, ContactEvent, ContactQuerySet, MeetingPlace
from supporters.models.corridor_talk import CorridorTalk
from supporters.models.intake import (
    HeadQuestion,
    HeadQuestionQuerySet,
    IntakeRule,
    UnnamedReport,
    UnnamedReportQuerySet,
)
from supporters.models.offer import (
    Offer,
    OfferQuerySet,
    RenewedOffer,
    SavedFilter,
    SavedFilterQuerySet,
    ToldOfMoment,
)
from supporters.models.policy import SupportPolicy, default_always_offered, default_follow_up_days
from supporters.models.supporter import (
    Exclusion,
    KeptApart,
    KeptApartQuerySet,
    ShownAs,
    Supporter,
    SupporterQuerySet,
)
from supporters.models.wishes import OutsideHelp, ReachMe, Referral, Wishes

__all__ = (
    "Appointment",
    "Contact",
    "ContactEvent",
    "ContactQuerySet",
    "CorridorTalk",
    "Exclusion",
    "HeadQuestion",
    "HeadQuestionQuerySet",
    "IntakeRule",
    "KeptApart",
    "KeptApartQuerySet",
    "MeetingPlace",
    "Offer",
    "OfferQuerySet",
    "OutsideHelp",
    "ReachMe",
    "Referral",
    "RenewedOffer",
    "SavedFilter",
    "SavedFilterQuerySet",
    "ShownAs",
    "SupportPolicy",
    "Supporter",
    "SupporterQuerySet",
    "ToldOfMoment",
    "UnnamedReport",
    "UnnamedReportQuerySet",
    "Wishes",
    "default_always_offered",
    "default_follow_up_days",
)
