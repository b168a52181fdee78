from uuid import uuid4

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sign_in import sign_in_changes
from hospital.mail import compose


def mail_reset_link(*, email: str) -> None:
    """Send a link to choose a password to the employee in service with `email` (lower case), if there is
    one, and if nothing about how that person signs in still has to be confirmed.

    The link works once and for `PASSWORD_RESET_TIMEOUT` seconds, and leads to `SITE_URL`, whatever host the
    request claimed to be for.
    """
    for user in User.objects.filter(email=email, is_active=True):
        if sign_in_changes.is_stopped(user, at=timezone.now()):
            continue
        path = reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
        )
        with translation.override(user.language):
            compose(
                mail_id=uuid4(),
                address=user.email,
                text="\n\n".join(
                    [
                        _("Somebody, probably you, asked for a new password for Peersupport."),
                        _("You sign in as %(username)s.") % {"username": user.username},
                        _("Choose one here, within %(hours)s hours:")
                        % {"hours": settings.PASSWORD_RESET_TIMEOUT // 3600},
                    ]
                ),
                link=settings.SITE_URL + path,
                footer=_(
                    "Didn’t ask for this? Then you don’t need to do anything: your password stays as it is."
                ),
            ).send()
