"""What this room stores: people, its logs, files with staff, and what waits for a second person."""

from accounts.models.imports import FileImport, FileName, StaffImport
from accounts.models.logs import AccessEvent, AccessLink, PolicyChange
from accounts.models.second_person import RoleGrant, SignInChange
from accounts.models.user import NAME_KEYS, NAME_WORDS, User, UserManager, UserQuerySet

__all__ = (
    "NAME_KEYS",
    "NAME_WORDS",
    "AccessEvent",
    "AccessLink",
    "FileImport",
    "FileName",
    "PolicyChange",
    "RoleGrant",
    "SignInChange",
    "StaffImport",
    "User",
    "UserManager",
    "UserQuerySet",
)
