"""What the staff import says: reasons, fields, and which group a profession belongs to."""

import re

from django.utils.translation import gettext_lazy as _

from accounts.files.words import CELL_REASONS, FILE_REASONS
from hospital.enums import ProfessionGroup

REASONS = {
    **FILE_REASONS,
    **CELL_REASONS,
    # of the file as a whole
    "gave_up": _("Reading the file was broken off three times. Try it as CSV, or ask who runs the server."),
    "failed": _("Something went wrong at our end; nothing was changed."),
    "last_admin": _(
        "The only functional administrator is not in this file and would be put out of service. Does it hold"
        " only some of the people? Then choose it again without the tick at “Everybody who works here is in"
        " this file”. Else give somebody else that role first."
    ),
    # of a cell
    "number_twice": _("This employee number stands in the file twice."),
    "email_twice": _("This e-mail address stands in the file twice."),
    "email_taken": _("Somebody who is not in this file has this e-mail address."),
    "username_twice": _("This sign-in name stands in the file twice."),
    "username_taken": _("Somebody else has this sign-in name."),
    "year_wrong": _("This is neither a year nor a date such as 31-12-2015."),
    "language_wrong": _("This must be Dutch or English (nl, en)."),
    "manager_unknown": _("Nobody has this employee number, in the file or before."),
    "manager_self": _("Nobody is their own manager."),
    "manager_circle": _("This manager is managed by the same person, directly or by others."),
}

FIELDS = {
    "employee_number": _("Employee number"),
    "name": _("Name"),
    "email": _("E-mail"),
    "telephone": _("Telephone"),
    "location": _("Location"),
    "department": _("Department"),
    "profession": _("Profession"),
    "in_profession_since": _("In the profession since"),
    "manager": _("Manager"),
    "language": _("Language"),
    "username": _("Sign-in name"),
    "is_active": _("Works here"),
}


# In this order: an arts-assistent is no arts yet, a psycholoog no other -oloog, an anesthesiemedewerker no
# anesthesioloog.
_SIGNS = {
    ProfessionGroup.RESIDENT: ("arts[- ]?assistent", r"\ba(n)?ios\b", "co-?assistent", "resident"),
    ProfessionGroup.MIDWIFE: ("verloskund", "midwife", "kraam"),
    ProfessionGroup.THEATRE: (
        *("operatie", r"\bok\b", "anesthesie-?(medewerk|assist)", "theatre", "sedatie", "perfusion"),
    ),
    ProfessionGroup.PSYCHOSOCIAL: (
        *("psycholo", "maatschappelijk", "geestelijk", "social work", "chaplain", "vaktherap", "pedago"),
    ),
    ProfessionGroup.PHARMACY: ("apothe", "pharma", "farma", "laborant", "laborator", r"\blab\b"),
    ProfessionGroup.PARAMEDIC: (
        *("fysio", "ergo", "logoped", "di[eë]ti", "paramed", "podo", "orthopti", "physio", "therapist"),
        *("radiodiagnos", r"\bmbb", "audiolo", "huidtherap"),
    ),
    ProfessionGroup.NURSE: (
        *("verpleeg", "nurse", "verzorgend", "doktersassist", "zorgassist", "helpende", "ambulance"),
    ),
    ProfessionGroup.PHYSICIAN: (
        *(r"arts\b", "medisch specialist", "chirurg", "oloog", "internist", "psychiater", "esthesist"),
        *("physician", "surgeon", "consultant", "doctor"),
    ),
    ProfessionGroup.SUPPORT: (
        *("administ", "secretar", "facilita", "recepti", "balie", "schoonmaak", "huishoud", "ondersteun"),
        *("beveilig", "transport", "voeding", "keuken", "techni", r"\bict\b", "planner", "logistiek"),
        *("clean", "porter", "support", "manager", "adviseur", "medewerker"),
    ),
}
#: Groups whose people mostly work shifts, where a new profession is made.
SHIFTS = frozenset(
    {ProfessionGroup.RESIDENT, ProfessionGroup.NURSE, ProfessionGroup.MIDWIFE, ProfessionGroup.THEATRE}
)


def group_of(profession: str) -> ProfessionGroup | None:
    """The group that the words of `profession` point to, Dutch or English; None when they point nowhere."""
    words = profession.casefold()
    return next((group for group, signs in _SIGNS.items() if re.search("|".join(signs), words)), None)


WHY = {
    "mail": _("The same mail address, another employee number."),
    "name": _("The same name, department and profession, another employee number."),
    "other": _("Somebody else is known here under this employee number."),
}
#: Beside a new address or sign-in name of somebody whom accounts.sign_in.sign_in_changes guards.
WAITS_A_WEEK = _("Opens the account after a week; until then the old address is told.")
WAITS = _("Opens the account only when a second person has confirmed it.")
