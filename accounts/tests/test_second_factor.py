"""Secrets of second factors stand encrypted in the database."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts import second_factor
from accounts.second_factor import MFAAdapter, Renewed, Unreadable
from accounts.tests.factories import UserFactory

OLD, NEW = "o" * 40, "n" * 40


def stored():
    return [(one.type, json.dumps(one.data)) for one in Authenticator.objects.order_by("type")]


def works(user, secret, codes):
    """Whether the second factors of `user` still take what was handed out."""
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    recovery = RecoveryCodes(Authenticator.objects.get(type="recovery_codes"))
    mine = Authenticator.objects.get(user=user, type="totp")
    return totp.validate_totp_code(MFAAdapter().decrypt(mine.data["secret"]), code) and (
        recovery.generate_codes() == codes
    )


@pytest.fixture
def factors(settings, db):
    settings.MFA_KEYS = [OLD]
    user, secret = UserFactory(), totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user).generate_codes()
    return user, secret, codes


def test_nothing_readable_is_stored(factors):
    user, secret, codes = factors
    assert works(user, secret, codes)
    text = "".join(data for _type, data in stored())
    assert secret not in text
    assert text.count("gAAAA") == 2


def test_a_new_key_takes_over_and_the_old_one_is_not_needed_any_more(factors, settings, capsys):
    settings.MFA_KEYS = [NEW, OLD]
    assert works(*factors)
    call_command("renew_second_factors")
    assert "2 second factors" in capsys.readouterr().out
    settings.MFA_KEYS = [NEW]
    assert works(*factors)


def test_a_lost_key_opens_nothing_until_it_is_forgotten(factors, settings):
    settings.MFA_KEYS = [NEW]
    with pytest.raises(Unreadable):
        works(*factors)
    with pytest.raises(CommandError, match="2 second factors"):
        call_command("renew_second_factors")
    assert Authenticator.objects.count() == 2
    assert second_factor.renew(forget=True) == Renewed(0, 2)
    assert not Authenticator.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_upgrade_encrypts_what_stands_there_and_leaves_passkeys():
    executor = MigrationExecutor(connection)
    executor.migrate([("accounts", "0005_access_log_without_subject")])
    user, secret, seed = UserFactory(), totp.generate_totp_secret(), "5eed" * 20
    passkey = {"name": "Telefoon", "credential": {"id": "x"}}
    for kind, data in (
        ("totp", {"secret": secret}),
        ("recovery_codes", {"seed": seed, "used_mask": 3, "migrated_codes": ["11112222"]}),
        ("webauthn", passkey),
    ):
        Authenticator.objects.create(user=user, type=kind, data=data)
    call_command("migrate", verbosity=0)
    found = {kind: json.loads(text) for kind, text in stored()}
    decrypt = MFAAdapter().decrypt
    assert decrypt(found["totp"]["secret"]) == secret
    assert decrypt(found["recovery_codes"]["seed"]) == seed
    assert decrypt(found["recovery_codes"]["migrated_codes"][0]) == "11112222"
    assert found["recovery_codes"]["used_mask"] == 3
    assert found["webauthn"] == passkey
    before = stored()
    MigrationExecutor(connection).migrate([("accounts", "0005_access_log_without_subject")])
    assert Authenticator.objects.get(type="totp").data == {"secret": secret}
    call_command("migrate", verbosity=0)
    assert len(stored()) == len(before)
