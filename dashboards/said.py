"""How an estimate is said in words and in a cell of a table. Pure, in the active language."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from dashboards.sharpened import LEAST, Estimate

_TOO_WIDE = 7
"""A share that may lie anywhere within so many tenths is not worth saying."""


def count(estimate: Estimate) -> str:
    """A count in a cell: "80", or "<10"."""
    return f"<{LEAST}" if estimate.about is None else str(estimate.about)


def between(estimate: Estimate) -> dict[str, int]:
    """Both ends of the band, for a sentence with `low` and `high`."""
    low, high = estimate.between
    return {"low": low, "high": high}


def range_of(estimate: Estimate) -> str:
    """The band in a cell: "70–90"."""
    low, high = estimate.between
    return f"{low}–{high}"


def worth_saying(share: Estimate) -> bool:
    low, high = share.between_tens
    return high - low < _TOO_WIDE


def out_of_ten(tens: int) -> str:
    """A share of so many out of 10, as one says it."""
    if tens >= 10:
        return _("nearly all")
    if tens <= 0:
        return _("hardly anybody")
    return _("%(tens)s out of 10") % {"tens": tens}


def tens_between(share: Estimate) -> Iterator[str]:
    """The band of a share as a sentence, where it says more than the share."""
    low, high = share.between_tens
    if low < high:
        yield _("Between %(low)s and %(high)s out of 10.") % {"low": low, "high": high}


def tens_range(share: Estimate) -> str:
    """The band of a share behind it: "6–8"."""
    low, high = share.between_tens
    return f"{low}–{high}"


def percent_between(share: Estimate) -> str:
    """The band of a share in a cell: "40–60%"."""
    low, high = (10 * each for each in share.between_tens)
    return f"{low}–{high}%"
