"""Taking in a report."""

from collections.abc import Callable, Sequence
from datetime import datetime

from incidents.models import Involvement

#: Called inside the intake transaction with the involved employees that were just added. `supporters` adds
#: itself when the app starts (supporters.apps), for this app may not import it: it offers support without
#: incidents ever knowing what became of it.
involvement_listeners: list[Callable[[Sequence[Involvement], datetime], None]] = []
