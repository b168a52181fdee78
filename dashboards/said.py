"""How an estimate is said in words and in a cell of a table: never firmer than its band. Pure, in the active
language.
"""

from django.utils.translation import gettext as _

from dashboards.sharpened import LEAST, Estimate

_SURE = 3
"""A share that may lie anywhere within so many tenths is said as one number, with both ends behind it."""
_TOO_WIDE = 6
"""What may lie anywhere within so many tenths of all that it can be is not worth saying."""


def count(estimate: Estimate) -> str:
    """A count in a cell: "80", or "<15" where it is too small to be one number."""
    return f"<{estimate.below}" if estimate.about is None else str(estimate.about)


def colleagues(estimate: Estimate, *, share: Estimate | None = None) -> str:
    """A count in a sentence: "about 80 (70–90)", or "fewer than about 15"; of one whose `share` of all is not
    worth saying its band alone, "between 20 and 50".
    """
    low, high = estimate.between
    is_sure = share is None or worth_saying(share)
    if estimate.about is None or (low < LEAST and not is_sure):
        return _("fewer than about %(number)s") % {"number": high}
    if not is_sure:
        return _("between %(low)s and %(high)s") % {"low": low, "high": high}
    return _("about %(number)s (%(low)s–%(high)s)") % {"number": estimate.about, "low": low, "high": high}


def range_of(estimate: Estimate) -> str:
    """The band in a cell: "70–90"."""
    low, high = estimate.between
    return f"{low}–{high}"


def worth_saying(estimate: Estimate, *, of: float = 1) -> bool:
    """Whether a share, or a mean on a scale that ends at `of`, is sure enough for a sentence, one number or a
    chart. What is not stands in a table alone, with its band.
    """
    low, high = Estimate(estimate.value / of, estimate.sd / of).between_tens
    return high - low < _TOO_WIDE


def too_few(*, months: int) -> str:
    """In the place of what is not worth saying in a period of so many `months`: why, and what it takes."""
    if months >= 12:
        return _("Too few, even in a year, to say more for certain.")
    if months >= 6:
        return _("Too few in this period to say more for certain: a year says more.")
    return _("Too few in this period to say more for certain: half a year or a year says more.")


def share_of(share: Estimate | None) -> str:
    """A share as one says it, as firmly as its band allows: "about 8 out of 10 (7–9)", "at least 6 out of
    10", "between 4 and 8 out of 10"; empty where it may be nearly anything.
    """
    if share is None or not worth_saying(share):
        return ""
    low, high = share.between_tens
    if high - low <= _SURE:
        text = _surely(share)
    elif high >= 10:
        text = _("at least %(low)s out of 10")
    elif low <= 0:
        text = _("at most %(high)s out of 10")
    else:
        text = _("between %(low)s and %(high)s out of 10")
    return text % {"tens": share.tens, "low": low, "high": high}


def _surely(share: Estimate) -> str:
    low, high = share.between_tens
    if low >= 9 and high >= 10:
        return _("nearly all")
    if low <= 0 and high <= 1:
        return _("hardly anybody")
    if share.tens >= 10:
        return _("at least %(low)s out of 10")
    if share.tens <= 0:
        return _("at most %(high)s out of 10")
    return _("%(tens)s out of 10") if low == high else _("about %(tens)s out of 10 (%(low)s–%(high)s)")


def tens_range(share: Estimate) -> str:
    """The band of a share behind it: "6–8"."""
    low, high = share.between_tens
    return f"{low}–{high}"


def percent_between(share: Estimate) -> str:
    """The band of a share in a cell: "40–60%"."""
    low, high = (10 * each for each in share.between_tens)
    return f"{low}–{high}%"
