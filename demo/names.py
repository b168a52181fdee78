"""Invented Dutch names. Whoever bears one of the combinations bears it by chance."""

import random
from pathlib import Path

_HERE = Path(__file__).parent
FIRST_NAMES = (_HERE / "first_names.txt").read_text(encoding="utf-8").split("\n")[:-1]
SURNAMES = (_HERE / "surnames.txt").read_text(encoding="utf-8").split("\n")[:-1]


def new_name(*, chance: random.Random, taken: set[str]) -> str:
    """A full name that is not in `taken` yet; it is added there. One in seven has a double surname."""
    while True:
        surname = chance.choice(SURNAMES)
        if chance.randrange(7) == 0:
            surname = f"{surname}-{chance.choice(SURNAMES)}"
        name = f"{chance.choice(FIRST_NAMES)} {surname}"
        if name not in taken:
            taken.add(name)
            return name
