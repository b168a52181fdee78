"""What this room stores: reports and their steps, the hospital's terms, and imports from a VIM system."""

from incidents.models.incident import (
    Incident,
    IncidentQuerySet,
    Involvement,
    InvolvementQuerySet,
    Milestone,
    ReferenceCounter,
    TrackEvent,
)
from incidents.models.policy import Policy
from incidents.models.vim import VimImport, VimImportQuerySet, VimMapping

__all__ = (
    "Incident",
    "IncidentQuerySet",
    "Involvement",
    "InvolvementQuerySet",
    "Milestone",
    "Policy",
    "ReferenceCounter",
    "TrackEvent",
    "VimImport",
    "VimImportQuerySet",
    "VimMapping",
)
