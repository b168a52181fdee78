"""The seven steps after a calamity."""

from incidents.enums import Step
from incidents.models import Incident, Milestone


def set_support_counts(*, incident: Incident, offered: int, involved: int) -> None:
    """Put on a calamity's step "support" how many were offered it, of how many: all this app learns of it."""
    Milestone.objects.filter(incident=incident, step=Step.SUPPORT).update(offered=offered, involved=involved)
