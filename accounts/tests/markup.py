"""What a page says in its HTML, however its templates are laid out."""

import re

AROUND_A_TAG = re.compile(r"\s*(<[^>]*>)\s*")


def squeezed(html: str) -> str:
    """`html` without the blanks beside its tags, and with one blank for several."""
    return AROUND_A_TAG.sub(r"\1", " ".join(html.split()))
