"""The invented hospital: its sites, departments, professions and the people who work there."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from demo.names import new_name
from hospital.enums import ProfessionGroup

NAME = "Merwede Ziekenhuis"
MAIL_DOMAIN = "merwede.example"

LOCATIONS = ("Merwede Noord", "Merwede Zuid", "Polikliniek Binnenstad")
PARTNER = "Huisartsenkring De Vliet"

#: department → (location, share of the staff, professions that work there)
_WARD = (
    "Verpleegkundige",
    "Verpleegkundige",
    "Verpleegkundige",
    "Verpleegkundige",
    "Arts-assistent",
    "Medisch specialist",
)
_THEATRE = (
    "Operatieassistent",
    "Operatieassistent",
    "Anesthesiemedewerker",
    "Medisch specialist",
    "Arts-assistent",
)
_CLINIC = ("Medisch specialist", "Arts-assistent", "Doktersassistent", "Doktersassistent", "Verpleegkundige")
_ALLIED = ("Fysiotherapeut",)
_LAB = ("Laborant", "Laborant", "Apotheker")
_CARE = ("Maatschappelijk werker",)
_SERVICE = ("Medewerker ondersteuning",)

DEPARTMENTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "Spoedeisende hulp": (0, _WARD),
    "Intensive care": (0, _WARD),
    "Hartbewaking": (0, _WARD),
    "Cardiologie": (0, _WARD),
    "Cardiothoracale chirurgie": (0, _WARD),
    "Chirurgie": (0, _WARD),
    "Traumatologie": (0, _WARD),
    "Orthopedie": (1, _WARD),
    "Neurologie": (0, _WARD),
    "Neurochirurgie": (0, _WARD),
    "Interne geneeskunde": (0, _WARD),
    "Oncologie": (0, _WARD),
    "Hematologie": (0, _WARD),
    "Longziekten": (0, _WARD),
    "Maag-, darm- en leverziekten": (0, _WARD),
    "Nefrologie en dialyse": (1, _WARD),
    "Geriatrie": (1, _WARD),
    "Kindergeneeskunde": (0, _WARD),
    "Neonatologie": (0, _WARD),
    "Verloskunde": (
        0,
        ("Verloskundige", "Verloskundige", "Verpleegkundige", "Medisch specialist", "Arts-assistent"),
    ),
    "Gynaecologie": (0, _WARD),
    "Urologie": (1, _WARD),
    "Psychiatrie": (1, (*_WARD, "Maatschappelijk werker")),
    "Operatiekamers": (0, _THEATRE),
    "Operatiekamers Zuid": (1, _THEATRE),
    "Anesthesiologie": (0, ("Anesthesiemedewerker", "Medisch specialist", "Arts-assistent")),
    "Radiologie": (0, ("Laborant", "Laborant", "Medisch specialist", "Arts-assistent")),
    "Radiotherapie": (1, ("Laborant", "Medisch specialist")),
    "Klinische chemie": (0, _LAB),
    "Apotheek": (0, ("Apotheker", "Laborant")),
    "Pathologie": (0, ("Laborant", "Medisch specialist")),
    "Revalidatie": (1, _ALLIED),
    "Paramedische zorg": (0, _ALLIED),
    "Sociaal-medische zorg": (0, _CARE),
    "Polikliniek oogheelkunde": (2, _CLINIC),
    "Polikliniek kno": (2, _CLINIC),
    "Polikliniek dermatologie": (2, _CLINIC),
    "Polikliniek reumatologie": (2, _CLINIC),
    "Opname en planning": (0, _SERVICE),
    "Facilitair bedrijf": (0, _SERVICE),
}

#: profession → (group, works shifts)
PROFESSIONS: dict[str, tuple[ProfessionGroup, bool]] = {
    "Medisch specialist": (ProfessionGroup.PHYSICIAN, False),
    "Arts-assistent": (ProfessionGroup.RESIDENT, True),
    "Verpleegkundige": (ProfessionGroup.NURSE, True),
    "Doktersassistent": (ProfessionGroup.NURSE, False),
    "Verloskundige": (ProfessionGroup.MIDWIFE, True),
    "Operatieassistent": (ProfessionGroup.THEATRE, True),
    "Anesthesiemedewerker": (ProfessionGroup.THEATRE, True),
    "Laborant": (ProfessionGroup.PARAMEDIC, True),
    "Fysiotherapeut": (ProfessionGroup.PARAMEDIC, False),
    "Apotheker": (ProfessionGroup.PHARMACY, False),
    "Maatschappelijk werker": (ProfessionGroup.PSYCHOSOCIAL, False),
    "Medewerker ondersteuning": (ProfessionGroup.SUPPORT, False),
}


@dataclass(frozen=True)
class Person:
    """One row of the staff list; `in_profession_since` is a year."""

    employee_number: str
    name: str
    email: str
    telephone: str
    department: str
    location: str
    profession: str
    in_profession_since: int
    language: str


def staff(*, chance: random.Random, size: int, year: int) -> Iterator[Person]:
    """`size` people, spread over the departments and the professions that work there."""
    places = [
        (department, LOCATIONS[location], profession)
        for department, (location, professions) in DEPARTMENTS.items()
        for profession in professions
    ]
    taken: set[str] = set()
    for number in range(size):
        department, location, profession = places[number % len(places)]
        name = new_name(chance=chance, taken=taken)
        yield Person(
            employee_number=f"{100001 + number}",
            name=name,
            email=f"{_address(name)}@{MAIL_DOMAIN}",
            telephone=f"03000{number:05d}",  # rings with nobody: no subscriber's number begins with a zero
            department=department,
            location=location,
            profession=profession,
            in_profession_since=year - chance.randint(0, 38),
            language="en" if chance.random() < 0.04 else "nl",
        )


def _address(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return plain.replace(" ", ".").replace("'", "")
