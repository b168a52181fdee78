import pytest
from cryptography.fernet import InvalidToken

from accounts.derived_keys import fernet


def test_what_is_sealed_is_unreadable_and_opens_for_its_own_purpose_alone():
    sealed = fernet("search").encrypt(b"Noor Bakker")
    assert b"Noor" not in sealed
    assert fernet("search").decrypt(sealed) == b"Noor Bakker"
    with pytest.raises(InvalidToken):
        fernet("form").decrypt(sealed)


def test_it_does_not_open_changed_or_with_another_secret(settings):
    sealed = fernet("search").encrypt(b"Noor Bakker")
    with pytest.raises(InvalidToken):
        fernet("search").decrypt(sealed.swapcase())
    settings.SECRET_KEY = "another"
    with pytest.raises(InvalidToken):
        fernet("search").decrypt(sealed)
