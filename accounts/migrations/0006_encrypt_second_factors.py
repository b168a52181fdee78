from django.db import migrations

from accounts.sign_in.second_factor import SECRETS, MFAAdapter, Unreadable


def change(data, convert):
    changed = dict(data)
    for name in SECRETS:
        if isinstance(data.get(name), str):
            changed[name] = convert(data[name])
        elif isinstance(data.get(name), list):
            changed[name] = [convert(each) for each in data[name]]
    return changed


def encrypted(text):
    adapter = MFAAdapter()
    if text.startswith("gAAAA"):  # a token of Fernet: written by the new version already
        try:
            adapter.decrypt(text)
        except Unreadable:
            pass
        else:
            return text
    return adapter.encrypt(text)


def convert_all(apps, convert):
    Authenticator = apps.get_model("mfa", "Authenticator")
    for one in Authenticator.objects.exclude(type="webauthn").select_for_update():
        one.data = change(one.data, convert)
        one.save(update_fields=["data"])


def encrypt(apps, schema_editor):
    convert_all(apps, encrypted)


def decrypt(apps, schema_editor):
    convert_all(apps, MFAAdapter().decrypt)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_access_log_without_subject"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(encrypt, decrypt)]
