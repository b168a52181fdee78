"""The hospital's own identity provider, OIDC or SAML, as the environment describes it.

========================= ==========================================================================
``SSO_NAME``              the word on the button of the sign-in page
``SSO_EMAIL_IS_VERIFIED`` 1: its e-mail addresses are the hospital's own, though it does not say so
``OIDC_SERVER_URL``       the issuer; with ``OIDC_CLIENT_ID``, ``OIDC_SECRET``, ``OIDC_SCOPES``
``SAML_METADATA_URL``     with ``SAML_ENTITY_ID``, ``SAML_ATTRIBUTES`` where names differ ("email=mail,…")
========================= ==========================================================================
"""

from typing import Any

from environ import Env

PACKAGE = "allauth.socialaccount.providers"


def providers(env: Env) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """The apps to install and allauth's ``SOCIALACCOUNT_PROVIDERS``; both empty without a provider.

    Raises ImproperlyConfigured for a provider that is described by half.
    """
    shared = {"VERIFIED_EMAIL": env.bool("SSO_EMAIL_IS_VERIFIED", default=False)}
    name = env.str("SSO_NAME", default="SSO")
    found = {}
    if env.str("OIDC_SERVER_URL", default=""):
        found["openid_connect"] = {**shared, "OAUTH_PKCE_ENABLED": True, "APPS": [_oidc(env, name)]}
    if env.str("SAML_METADATA_URL", default=""):
        found["saml"] = {**shared, "APPS": [_saml(env, name)]}
    return [f"{PACKAGE}.{provider}" for provider in found], found


def _oidc(env: Env, name: str) -> dict[str, Any]:
    return {
        "provider_id": "oidc",
        "name": name,
        "client_id": env.str("OIDC_CLIENT_ID"),
        "secret": env.str("OIDC_SECRET"),
        "settings": {
            "server_url": env.str("OIDC_SERVER_URL"),
            "scope": env.list("OIDC_SCOPES", default=["openid", "profile", "email"]),
        },
    }


def _saml(env: Env, name: str) -> dict[str, Any]:
    entity = env.str("SAML_ENTITY_ID")
    settings: dict[str, Any] = {
        "idp": {"entity_id": entity, "metadata_url": env.str("SAML_METADATA_URL")},
        "advanced": {"strict": True, "want_assertion_signed": True, "reject_idp_initiated_sso": True},
    }
    if names := env.dict("SAML_ATTRIBUTES", default={}):
        settings["attribute_mapping"] = {"uid": "uid", **names}
    return {"provider_id": entity, "name": name, "client_id": "hospital", "settings": settings}
