"""The addresses of the rows of a list, each by its id."""

from functools import cache
from uuid import UUID

from django.urls import reverse

_NOBODY = str(UUID(int=0))


def address_of(page: str, pk: UUID) -> str:
    """The address of `page` about `pk`. Filled in, for looking it up costs more than the rest of a row."""
    return _of_nobody(page).replace(_NOBODY, str(pk))


@cache
def _of_nobody(page: str) -> str:
    return reverse(page, args=[_NOBODY])
