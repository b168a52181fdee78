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

#: Who works on a ward, in so many parts.
_WARD = (
    *("Verpleegkundige",) * 5,
    *("Arts-assistent",) * 2,
    *("Medisch specialist",) * 2,
    "Leerling-verpleegkundige",
)
_ACUTE = (*_WARD, "Verpleegkundig specialist", "Physician assistant", "Coassistent")
_THEATRE = (
    *("Operatieassistent",) * 4,
    *("Anesthesiemedewerker",) * 2,
    *("Medisch specialist",) * 2,
    *("Arts-assistent",) * 2,
)
_CLINIC = (
    *("Medisch specialist",) * 2,
    "Arts-assistent",
    *("Doktersassistent",) * 3,
    "Verpleegkundige",
    "Verpleegkundig specialist",
)
_LAB = (*("Medisch analist",) * 4, "Klinisch chemicus")

#: department → (location, who works there: the longer, the larger its share of the staff). A third of them
#: does not care for patients.
DEPARTMENTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "Spoedeisende hulp": (0, _ACUTE),
    "Intensive care": (0, _ACUTE),
    "Hartbewaking": (0, _WARD),
    "Cardiologie": (0, _ACUTE),
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
        (*("Verloskundige",) * 4, *("Verpleegkundige",) * 3, *("Medisch specialist", "Arts-assistent") * 2),
    ),
    "Gynaecologie": (0, _WARD),
    "Urologie": (1, _WARD),
    "Psychiatrie": (1, (*_WARD, "Psycholoog", "Maatschappelijk werker")),
    "Operatiekamers": (0, _THEATRE),
    "Operatiekamers Zuid": (1, _THEATRE),
    "Anesthesiologie": (0, ("Anesthesiemedewerker", "Medisch specialist", "Arts-assistent") * 2),
    "Radiologie": (0, (*("Radiodiagnostisch laborant",) * 4, "Medisch specialist", "Arts-assistent")),
    "Radiotherapie": (1, (*("Radiotherapeutisch laborant",) * 3, "Medisch specialist")),
    "Klinische chemie": (0, _LAB),
    "Apotheek": (0, ("Apotheker", *("Apothekersassistent",) * 3)),
    "Pathologie": (0, (*("Medisch analist",) * 2, "Medisch specialist")),
    "Revalidatie": (1, (*("Fysiotherapeut",) * 2, "Ergotherapeut")),
    "Paramedische zorg": (0, (*("Fysiotherapeut",) * 3, *("Diëtist",) * 2, "Logopedist")),
    "Sociaal-medische zorg": (
        0,
        (*("Maatschappelijk werker",) * 2, "Psycholoog", "Geestelijk verzorger"),
    ),
    "Polikliniek oogheelkunde": (2, _CLINIC),
    "Polikliniek kno": (2, _CLINIC),
    "Polikliniek dermatologie": (2, _CLINIC),
    "Polikliniek reumatologie": (2, _CLINIC),
    "Opname en planning": (0, ("Medewerker administratie",) * 18),
    "Medisch secretariaat": (0, ("Medewerker administratie",) * 22),
    "Schoonmaak": (0, ("Medewerker schoonmaak",) * 30),
    "Keuken en restaurant": (0, ("Medewerker keuken",) * 18),
    "Logistiek en patiëntenvervoer": (0, ("Medewerker logistiek",) * 14),
    "Techniek en huisvesting": (1, ("Technicus",) * 12),
    "Beveiliging en receptie": (0, ("Beveiliger",) * 8),
    "Informatievoorziening": (2, ("Medewerker ICT",) * 14),
    "Financiën en inkoop": (2, ("Medewerker administratie",) * 11),
    "Personeel en organisatie": (2, ("Beleidsmedewerker",) * 8),
    "Kwaliteit en veiligheid": (0, ("Beleidsmedewerker",) * 4),
    "Raad van bestuur": (0, ("Bestuurder", "Beleidsmedewerker")),
}

#: profession → (group, works shifts)
PROFESSIONS: dict[str, tuple[ProfessionGroup, bool]] = {
    "Medisch specialist": (ProfessionGroup.PHYSICIAN, False),
    "Arts-assistent": (ProfessionGroup.RESIDENT, True),
    "Verpleegkundige": (ProfessionGroup.NURSE, True),
    "Doktersassistent": (ProfessionGroup.NURSE, False),
    "Verpleegkundig specialist": (ProfessionGroup.NURSE, False),
    "Leerling-verpleegkundige": (ProfessionGroup.NURSE, True),
    "Physician assistant": (ProfessionGroup.RESIDENT, True),
    "Coassistent": (ProfessionGroup.RESIDENT, True),
    "Verloskundige": (ProfessionGroup.MIDWIFE, True),
    "Operatieassistent": (ProfessionGroup.THEATRE, True),
    "Anesthesiemedewerker": (ProfessionGroup.THEATRE, True),
    "Radiodiagnostisch laborant": (ProfessionGroup.PARAMEDIC, True),
    "Radiotherapeutisch laborant": (ProfessionGroup.PARAMEDIC, False),
    "Fysiotherapeut": (ProfessionGroup.PARAMEDIC, False),
    "Ergotherapeut": (ProfessionGroup.PARAMEDIC, False),
    "Logopedist": (ProfessionGroup.PARAMEDIC, False),
    "Diëtist": (ProfessionGroup.PARAMEDIC, False),
    "Apotheker": (ProfessionGroup.PHARMACY, False),
    "Apothekersassistent": (ProfessionGroup.PHARMACY, False),
    "Medisch analist": (ProfessionGroup.PHARMACY, True),
    "Klinisch chemicus": (ProfessionGroup.PHARMACY, False),
    "Psycholoog": (ProfessionGroup.PSYCHOSOCIAL, False),
    "Geestelijk verzorger": (ProfessionGroup.PSYCHOSOCIAL, False),
    "Maatschappelijk werker": (ProfessionGroup.PSYCHOSOCIAL, False),
    "Medewerker administratie": (ProfessionGroup.SUPPORT, False),
    "Medewerker schoonmaak": (ProfessionGroup.SUPPORT, False),
    "Medewerker keuken": (ProfessionGroup.SUPPORT, False),
    "Medewerker logistiek": (ProfessionGroup.SUPPORT, True),
    "Medewerker ICT": (ProfessionGroup.SUPPORT, False),
    "Technicus": (ProfessionGroup.SUPPORT, True),
    "Beveiliger": (ProfessionGroup.SUPPORT, True),
    "Beleidsmedewerker": (ProfessionGroup.SUPPORT, False),
    "Bestuurder": (ProfessionGroup.SUPPORT, False),
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
    # In a small hospital, too, each department has its share.
    chance.shuffle(places)
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
