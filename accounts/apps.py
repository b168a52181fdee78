from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from accounts.enums import Role


def make_role_groups(**kwargs: Any) -> None:
    """Every role has its group in every database, also in one that a test has just emptied."""
    from django.contrib.auth.models import Group  # needs the app registry

    Group.objects.bulk_create([Group(name=role) for role in Role.values], ignore_conflicts=True)


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and access"

    def ready(self) -> None:
        from allauth.mfa import signals  # these need the app registry

        from accounts import places
        from accounts.sign_in import second_factor

        places.register()
        post_migrate.connect(make_role_groups, sender=self)
        for changed in (
            signals.authenticator_added,
            signals.authenticator_removed,
            signals.authenticator_reset,
        ):
            changed.connect(second_factor.follow)
