"""What is lacking for support: somebody who can be asked."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.settings.readiness import Lack, Weight
from supporters.enums import SupporterStatus
from supporters.models import Supporter


def lacks(at: datetime) -> Iterator[Lack]:
    """In one statement, or two where nobody can be asked. The role alone makes nobody a supporter: the
    coordinator keeps the pool.
    """
    today = timezone.localdate(at)
    pool = Supporter.objects.filter(user__is_active=True).exclude(status=SupporterStatus.STOPPED)
    if pool.filter(status=SupporterStatus.ACTIVE, trained_on__lte=today, current_until__gte=today).exists():
        return
    if not pool.exists():
        yield Lack(
            Weight.NOBODY_IS_HELPED,
            "heart-off",
            _("There are no peer supporters"),
            _("There is nobody to ask. The coordinator puts colleagues in the pool."),
        )
    else:
        yield Lack(
            Weight.NOBODY_IS_HELPED,
            "heart-off",
            _("None of the peer supporters can be asked"),
            _("All of them pause, or their training is not valid. The coordinator sees which in the pool."),
        )
