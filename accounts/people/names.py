"""Names of people, as they are looked for and in which order they stand. Pure.

A name is one text here ("Noor van den Berg", "Berg, Noor van den"). What is a prefix is read from how it is
written, as Dutch does: words in small letters before the surname. So there is no list of prefixes.
"""

import re
import unicodedata
from dataclasses import dataclass
from unicodedata import normalize

from anyascii import anyascii

LONGEST_KEY = 400
"""Of a key: a name of 150 characters in another script may become longer."""

PREFIXES = frozenset(
    (
        *("aan", "bij", "de", "den", "der", "het", "in", "op", "te", "ten", "ter", "tot", "van"),
        *("vande", "vanden", "vander", "vd", "von"),
    )
)
"""What is so often written wrongly before a surname that a search forgives it. What a prefix is in a name is
read from the name; of one that is not here a search forgives nothing.
"""

_WITHOUT_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR")
_PART = re.compile(r"[A-Z]*[a-z]+|[A-Z]+|\d+")


@dataclass(frozen=True)
class Name:
    """The three parts of a name, as written: "Noor", "van den", "Berg". A name of one word is a surname."""

    given: str
    prefix: str
    surname: str


def letters(text: str) -> str:
    """`text` as small letters a-z and figures, nothing between them: "O’Brien" → "obrien"."""
    return re.sub(r"[^a-z0-9]+", "", _ascii(text).lower())


def words(text: str) -> list[str]:
    """The words of `text`, each as `letters`; what a hyphen or an apostrophe joins is one word."""
    return [word for token in text.split() if (word := letters(token))]


def pieces(token: str) -> list[str]:
    """What a hyphen or an apostrophe joins in one word: "Anne-Marie" → "anne", "marie"."""
    return re.findall(r"[a-z0-9]+", _ascii(token).lower())


def split(name: str) -> Name:
    """The parts of `name`, which is written with the given name first or, with a comma, last."""
    written = re.sub(
        r"\s*[-\u2010-\u2013]\s*", "-", normalize("NFC", name)
    )  # a married name: "Jansen - de Boer"
    surname, _comma, rest = (part.strip() for part in written.partition(","))
    if surname and rest:
        tokens = rest.replace(",", " ").split()
        small = [token for token in tokens if _is_small(token)]
        return Name(" ".join(token for token in tokens if token not in small), " ".join(small), surname)
    return _in_order([part for token in (surname or rest).split() for part in _prefix_apart(token)])


def search_key(name: str) -> str:
    """Every word by which somebody called `name` is looked for, as the index `user_partedwords` holds them.

    Hyphens, apostrophes and prefixes may be typed or left out, and prefixes run together: "vd Berg".
    """
    parted = split(name)
    prefix, surname = letters(parted.prefix), letters(parted.surname)
    initials = "".join(word[0] for word in words(parted.prefix))
    found = [
        word
        for token in normalize("NFC", name).split()
        for word in (letters(token), *pieces(token), *_parts(token))
    ]
    found += [letters(parted.given), surname, initials, prefix + surname, initials + surname]
    return " ".join(dict.fromkeys(filter(None, found)))


def is_enough(text: str) -> bool:
    """Whether somebody can be looked for by `text`: two characters, or one of a script without spaces, where
    it may be a surname.
    """
    typed = normalize("NFC", text).strip()
    return len(typed) > 1 or (bool(typed) and unicodedata.name(typed, "").startswith(_WITHOUT_SPACES))


def _parts(token: str) -> list[str]:
    """The words that run together in one, as "小" and "明" do in "小明", each alone and with what follows."""
    parts = [part.lower() for part in _PART.findall(_ascii(token))]
    return [*parts, *("".join(parts[start:]) for start in range(1, len(parts)))]


def sort_key(name: str) -> str:
    """Where `name` stands in a list, compared by code point: surname, then prefix, then given name."""
    parted = split(name)
    return " ".join(map(letters, (parted.surname, parted.prefix, parted.given)))[:LONGEST_KEY]


def _ascii(text: str) -> str:
    return anyascii(normalize("NFC", text))


def same(one: str, other: str) -> bool:
    """Whether two names are one, however each is written: with accents, in capitals, surname first."""
    return sort_key(one) == sort_key(other) or sorted(words(one)) == sorted(words(other))


def shortens(one: str, other: str) -> bool:
    """Whether `one` may stand for `other`: "B. Visser" for "Bram Visser"."""
    key = search_key(other).split()
    return bool(words(one)) and all(any(part.startswith(word) for part in key) for word in words(one))


def _is_small(token: str) -> bool:
    """Whether a word is written as a prefix is: "van", "'t", "d'"."""
    first = next((character for character in token if character.isalpha()), "")
    return first.islower()


def _prefix_apart(token: str) -> list[str]:
    """A prefix that is joined to the surname as a word of its own: "d'Hondt" → "d'", "Hondt"."""
    found = re.fullmatch(r"(\W?\w{1,3}['’-])(\w.*)", token)
    return [found[1], found[2]] if found and _is_small(found[1]) and found[2][0].isupper() else [token]


def _in_order(tokens: list[str]) -> Name:
    """Given name, prefix, surname. The surname begins behind the first prefixes; with none it is the last
    word, or the first that a prefix is joined to ("Jansen-de Vries").
    """
    has_suffix = len(tokens) > 2 and _is_small(tokens[-1]) and not _is_small(tokens[-2])  # "Jansen jr."
    start = end = max(len(tokens) - 1 - has_suffix, 0)
    for place in range(1, len(tokens) - 1):
        if _is_small(tokens[place]) and not all(map(_is_small, tokens[place:])):
            start = place
            end = next(later for later in range(place, len(tokens)) if not _is_small(tokens[later]))
            break
        if "-" in tokens[place] and _is_small(tokens[place].rpartition("-")[2]):
            start = end = place
            break
    return Name(*(" ".join(part) for part in (tokens[:start], tokens[start:end], tokens[end:])))
