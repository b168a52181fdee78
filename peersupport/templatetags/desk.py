"""What stands many times on the pages that are opened all day, as tags: `{% load desk %}`."""

import html
from datetime import datetime

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.pages.addresses import address_of
from hospital.moment_words import full_date
from peersupport.templatetags.look import chip, moment, person, time_left
from peersupport.templatetags.look import icon as icon_of
from supporters.contacts.views import ContactCard
from supporters.matching.views.match import SupporterCard
from supporters.models import Supporter
from supporters.offers.roll_call import RollCallLine
from supporters.offers.worklist import WorklistRow
from supporters.pool.members import load_in_words
from supporters.pool.views.pool import Standing

register = template.Library()


@register.simple_tag
def worklist_row(
    row: WorklistRow, now: datetime, *, primary: bool = False, marks: bool = False
) -> SafeString:
    """One line of the worklist: who, what happened and what is waiting, how long still, and the next step.

    `primary` makes the button of what is urgent the first of the page; with `marks` can be marked whose
    supporter can be reminded, or who waits for one, for the form "remind".
    """
    mark = ""
    if marks and (ids := row.to_remind + row.to_assign):
        label = html.escape(gettext("Mark: %(name)s") % {"name": row.name})
        mark = (
            '<label class="row-mark"><input class="form-check-input" type="checkbox" name="offer"'
            f' form="remind" value="{" ".join(map(str, ids))}" data-mark>'
            f'<span class="visually-hidden">{label}, {html.escape(row.reference)}</span></label>'
        )
    supporter = f'<span class="quiet">{html.escape(row.supporter)}</span>' if row.supporter else ""
    if row.has_left:
        supporter += chip(gettext("No longer employed"), "door-exit", "attention")
    if row.closed_at:
        until = f'<span class="quiet">{moment(row.closed_at, now=now)}</span>'
    else:
        until = time_left(row.due_at, start=row.since, now=now, by=True)
    return SafeString(  # nosec B703  # every value in it is escaped
        f"<li>{mark}{person(row.name, row.profession, row.department)}"
        f'<span class="what"><span class="what-event">{html.escape(row.event)} · '
        f"{moment(row.happened_at, now=now)}</span>"
        f"{chip(row.state.word, row.state.icon, row.state.tone)}{supporter}</span>"
        f"{until}"
        f'<a class="btn{" btn-primary" if primary and row.urgent else ""}" href="{html.escape(row.url)}"'
        f' data-open>{html.escape(row.step)}<span class="visually-hidden">: {html.escape(row.name)},'
        f" {html.escape(row.reference)}</span></a></li>"
    )


@register.simple_tag
def roll_call_row(line: RollCallLine, now: datetime) -> SafeString:
    """One line of a roll-call: who, what is waiting or how it ended, and the page of this person."""
    supporter = f'<span class="quiet">{html.escape(line.supporter)}</span>' if line.supporter else ""
    if line.conflict:
        supporter += chip(line.conflict, "alert-triangle", "late")
    if line.left:
        supporter += chip(gettext("No longer employed"), "door-exit", "attention")
    if line.closed_at:
        until = f'<span class="quiet">{moment(line.closed_at, now=now)}</span>'
    else:
        until = time_left(line.due_at, start=line.since, now=now, by=True)
    return SafeString(  # nosec B703  # every value in it is escaped
        f"<li>{person(line.name, line.profession, line.department)}"
        f'<span class="what">{chip(line.state.word, line.state.icon, line.state.tone)}{supporter}'
        f'<span class="quiet">{html.escape(f"{line.left} {line.offered}".strip())}</span></span>'
        f'{until}<a class="btn" href="{html.escape(line.url)}" data-open>{html.escape(line.state.step)}'
        f'<span class="visually-hidden">: {html.escape(line.name)}</span></a></li>'
    )


@register.simple_tag(takes_context=True)
def step(
    context: Context,
    kind: str,
    label: str,
    *,
    icon: str = "",
    look: str = "",
    name: str = "",
    value: object = "",
) -> SafeString:
    """One step of a contact as a button, of which its page has twenty; with `name` and `value` the button
    makes one more choice. The page gives `log_url`, `ticket` and `seen`.
    """
    choice = f' name="{name}" value="{html.escape(str(value))}"' if name else ""
    return SafeString(  # nosec B703  # every value in it is escaped
        f'<form method="post" autocomplete="off" action="{html.escape(context["log_url"])}" data-once>'
        f'{context["ticket"]}<input type="hidden" name="seen" value="{context["seen"]}">'
        f'<input type="hidden" name="kind" value="{kind}"><button class="btn {look}"{choice}>'
        f"{icon_of(icon) if icon else ''}{conditional_escape(label)}</button></form>"
    )


@register.simple_tag
def reasons(card: SupporterCard) -> SafeString:
    """What speaks for and against a supporter, each as an item of a list."""
    against = ' class="is-against"'
    said = {True: html.escape(gettext("For:")), False: html.escape(gettext("Against:"))}
    return SafeString(  # nosec B703  # every value in it is escaped
        "".join(
            f"<li{'' if good else against}>{icon_of('check' if good else 'minus')}"
            f'<span><span class="visually-hidden">{said[good]} </span>{html.escape(words)}</span></li>'
            for good, words in card.reasons
        )
    )


@register.simple_tag
def pool_row(supporter: Supporter, standing: Standing, now: datetime) -> SafeString:
    """One line of the pool: who, whether they can be asked, and what that comes from."""
    user = supporter.user
    beyond: int = supporter.beyond  # type: ignore[attr-defined]  # see members.listed
    load = load_in_words(load=supporter.load, capacity=supporter.capacity, beyond=beyond)
    until = full_date(supporter.current_until) if supporter.current_until else "–"
    never = f'<span class="quiet">{html.escape(gettext("never"))}</span>'
    asked = moment(supporter.last_asked_at, now=now) if supporter.last_asked_at else never
    return SafeString(  # nosec B703  # every value in it is escaped
        f'<tr><th scope="row"><a class="pool-name" href="{address_of("pool:supporter", supporter.pk)}">'
        f"{person(user.name, user.profession, user.department, user.apart)}</a></th>"
        f'<td data-label="{html.escape(gettext("State"))}">'
        f"{chip(standing.word, standing.icon, standing.tone)}</td>"
        f'<td class="num" data-label="{html.escape(gettext("Open contacts"))}">{html.escape(load)}</td>'
        f'<td data-label="{html.escape(gettext("Training valid until"))}">{html.escape(until)}</td>'
        f'<td data-label="{html.escape(gettext("Last asked"))}">{asked}</td></tr>'
    )


@register.simple_tag
def contact_card(card: ContactCard, now: datetime) -> SafeString:
    """A contact on the supporter's list: what is next, with whom, what happened when, how long still."""
    happened = f" · {moment(card.occurred_on, now=now)}" if card.occurred_on else ""
    called_in = chip(gettext("Coordinator alerted"), "bell-ringing", "info") if card.called_in else ""
    left = time_left(card.due_at, start=card.since, now=now, by=True) if card.timed else ""
    return SafeString(  # nosec B703  # every value in it is escaped
        f'<li class="card card-link contact-card{" card-attention" if card.late or card.asks else ""}">'
        f'<h2><a class="stretch" href="{html.escape(card.url)}">{html.escape(card.headline)}</a></h2>'
        f"{person(card.name, card.profession, card.department)}"
        f'<p class="quiet">{html.escape(card.event)}{happened}</p>{called_in}{left}</li>'
    )
