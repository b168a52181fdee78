"""What the database refuses, told by the name of the constraint that did; no text of an error is read."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

#: What each constraint means in words of the domain: an error, or what makes one.
Meanings = Mapping[str, Callable[[], Exception]]


def constraint_of(error: IntegrityError) -> str:
    """The constraint that refused; empty where another thing did, a trigger for one."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""


@contextmanager
def saying(meanings: Meanings) -> Iterator[None]:
    """One transaction. What a constraint of `meanings` refuses in it is raised as what that means, after it
    was rolled back; what another refuses is raised as it is.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        meaning = meanings.get(constraint_of(error))
        if meaning is None:
            raise
        raise meaning() from error
