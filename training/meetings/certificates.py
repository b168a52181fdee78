"""That somebody attended a training day or an intervision: a tagged PDF, set by Typst. What people typed goes
in as data, never as markup.
"""

import json
from pathlib import Path

import typst
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hospital.clock import on_the_wall
from hospital.models import Hospital
from training.enums import Competence, Theme
from training.models import MeetingSeat

_TEMPLATE = Path(__file__).with_name("certificate.typ")


def as_pdf(seat: MeetingSeat, *, hospital: Hospital, language: str) -> bytes:
    """The certificate of an attended seat (PDF/UA), in the active `language`."""
    meeting = seat.meeting
    starts, ends = on_the_wall(meeting.starts_at), on_the_wall(meeting.ends_at)
    what = str(meeting.get_kind_display())
    if meeting.theme:
        what = f"{what}: {Theme(meeting.theme).label}"
    points = ngettext("%(count)d accreditation point", "%(count)d accreditation points", meeting.points)
    lines = [
        what,
        f"{date_format(starts, 'j F Y')}, {starts:%H:%M}–{ends:%H:%M}, {meeting.place}",
        *([points % {"count": meeting.points}] if meeting.points else []),
        *(
            [_("Accreditation number: %(number)s") % {"number": meeting.accreditation}]
            if meeting.accreditation
            else []
        ),
    ]
    data = {
        "language": language,
        "title": _("Certificate"),
        "hospital": hospital.name,
        "says": _("This certifies that"),
        "name": seat.user.name,
        "attended": _("attended"),
        "lines": lines,
        "competences_title": _("Competences"),
        "competences": [f"{code} {Competence(code).label}" for code in sorted(meeting.competences)],
    }
    made: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        timestamp=int(meeting.ends_at.timestamp()),
    )
    return made
