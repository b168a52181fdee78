import pytest
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from peersupport import sso


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    for name in ("OIDC_SERVER_URL", "SAML_METADATA_URL", "SSO_NAME"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_provider_there_is_none():
    assert sso.providers(Env()) == ([], {})


def test_half_a_provider_is_a_clear_error(monkeypatch):
    monkeypatch.setenv("OIDC_SERVER_URL", "https://sso.ziekenhuis.example")
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        sso.providers(Env())


def test_both_kinds_are_described_by_the_environment(monkeypatch):
    for name, value in {
        "SSO_NAME": "Merwede",
        "SSO_EMAIL_IS_VERIFIED": "1",
        "OIDC_SERVER_URL": "https://sso.ziekenhuis.example",
        "OIDC_CLIENT_ID": "peersupport",
        "OIDC_SECRET": "s",
        "SAML_METADATA_URL": "https://sso.ziekenhuis.example/metadata",
        "SAML_ENTITY_ID": "urn:sso",
        "SAML_ATTRIBUTES": "email=mail,uid=uid",
    }.items():
        monkeypatch.setenv(name, value)
    apps, providers = sso.providers(Env())
    assert [app.rpartition(".")[2] for app in apps] == ["openid_connect", "saml"]
    assert providers["openid_connect"]["VERIFIED_EMAIL"] is True
    assert providers["openid_connect"]["APPS"][0]["name"] == "Merwede"
    assert providers["saml"]["APPS"][0]["settings"]["attribute_mapping"] == {
        "email": "mail",
        "uid": "uid",
    }
