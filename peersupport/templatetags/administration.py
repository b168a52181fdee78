"""The rows of the administrator's and the privacy officer's lists, as tags because they are long:
`{% load administration %}`.
"""

import html
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext

from accounts.access_log.words import object_ref, place_of, role_word, word_of
from accounts.models import AccessEvent, User
from accounts.pages.addresses import address_of
from accounts.policy_log import NO_VALUE
from accounts.settings.views.places import Register
from peersupport.templatetags.look import chip

register = template.Library()


def _row(*cells: str) -> SafeString:
    return SafeString(f"<tr>{''.join(cells)}</tr>")  # nosec B703  # every value in the cells is escaped


def _cell(label: str, markup: str, attributes: str = "") -> str:
    return f'<td{attributes} data-label="{html.escape(label)}">{markup}</td>'


def _name(name: str, url: str) -> str:
    """The cell that names a row, and leads on."""
    label = html.escape(gettext("Name"))
    return f'<th scope="row" data-label="{label}"><a href="{url}">{html.escape(name)}</a></th>'


def _quiet(words: str) -> str:
    return f'<small class="quiet">{html.escape(words)}</small>'


@register.simple_tag
def person_row(one: User) -> SafeString:
    """An employee, with the roles."""
    roles = ", ".join(role_word(group.name) for group in one.groups.all())
    return _row(
        _name(one.name, address_of("settings:person", one.pk)),
        _cell(gettext("Employee number"), html.escape(one.employee_number or NO_VALUE)),
        _cell(gettext("Department"), html.escape(one.department.name if one.department else NO_VALUE)),
        _cell(gettext("Profession"), html.escape(one.profession.name if one.profession else NO_VALUE)),
        _cell(gettext("Roles"), html.escape(roles or NO_VALUE)),
    )


@register.simple_tag
def register_row(kept: Register, row: Any) -> SafeString:
    """A department, location or profession, with how many work there."""
    cells = [_name(row.name, address_of(f"settings:{kept.name}-change", row.pk))]
    if kept.name == "departments":
        cells.append(_cell(gettext("Location"), html.escape(row.location.name)))
    if kept.name == "professions":
        cells.append(_cell(gettext("Group"), html.escape(row.get_group_display())))
    cells.append(_cell(gettext("People"), str(row.people), ' class="num"'))
    remarks = [] if row.is_active else [chip(gettext("not in use"), "ban")]
    if getattr(row, "is_partner", False):
        remarks.append(chip(gettext("outside the hospital"), "world"))
    if getattr(row, "works_shifts", False):
        remarks.append(chip(gettext("works shifts"), "moon", "calm"))
    return _row(*cells, f"<td>{''.join(remarks)}</td>")


@register.simple_tag
def access_row(line: AccessEvent, names: dict[str, str]) -> SafeString:
    """A line of the access log; `names` are those of the people it is about, by id."""
    if line.user:
        who = line.user.name
    else:
        who = gettext("whose record it is") if line.basis == "own record" else gettext("the system")
    role = f"<br>{_quiet(role_word(line.responsible))}" if line.responsible else ""
    about = f"<br>{_quiet(object_ref(line, names))}" if line.object_ref else ""
    what = html.escape(f"{line.get_action_display()} · {word_of(line.object_kind)}")
    return _row(
        _cell(gettext("Line"), str(line.pk), ' class="quiet"'),
        _cell(gettext("Moment"), f"{localtime(line.at):%d-%m-%Y %H:%M:%S}"),
        _cell(gettext("By whom"), f"{html.escape(who)}{role}"),
        _cell(gettext("What"), f"{what}{about}"),
        _cell(gettext("Why"), html.escape(word_of(line.basis))),
        _cell(gettext("Where"), _quiet(place_of(line.access_point))),
    )
