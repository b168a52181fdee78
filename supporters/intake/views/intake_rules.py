"""The page of the rules about reports that name nobody."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again
from accounts.pages.feedback import say
from hospital.form_fields import DepartmentField
from hospital.models import Department
from incidents.enums import EventType, Harm
from supporters.intake import rule_keeping
from supporters.models import IntakeRule, SupportPolicy


class IntakeRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A new rule: for which reports, and whether they wait or close."""

    class Meta:
        model = IntakeRule
        fields = ("event_type", "harm", "department", "closes_after_days")

    closes_after_days = forms.IntegerField(
        label=gettext_lazy("Closes by itself after (days)"),
        min_value=1,
        max_value=90,
        required=False,
        help_text=gettext_lazy("Leave it empty, and such a report waits for you."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = [("", _("Everything"))]
        for name, choices in (("event_type", EventType.choices), ("harm", _harms())):
            self.fields[name] = forms.ChoiceField(
                label=self.fields[name].label, choices=[*anything, *choices], required=False
            )
        departments = Department.objects.filter(is_active=True, location__is_active=True)
        self.fields["department"] = DepartmentField(
            departments.filter(location__is_partner=False).select_related("location"),
            label=_("Department"),
            empty_label=_("Everywhere"),
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        said = [name for name in ("event_type", "harm", "department") if data.get(name)]
        if said == ["harm"] and data["harm"] == Harm.NONE:
            self.add_error(None, _("This is one of the agreements: change it there."))
        return data


def _harms() -> list[tuple[str, Any]]:
    return [(each.value, _("Harm not known") if each == Harm.UNKNOWN else each.label) for each in Harm]


def _asked(data: Mapping[str, str]) -> str:
    return _("Take away this rule") if "remove" in data else ""


@allow(Role.COORDINATOR)
@asks_again(does=_asked)
@require_http_methods(["GET", "POST"])
def intake_rules(request: SignedInRequest) -> HttpResponse:
    """The rules and what they do; POST adds one, or takes one away (`remove`)."""
    now = timezone.now()
    if "remove" in request.POST:
        if rule_keeping.remove(_id(request.POST["remove"]), by=request.user, at=now):
            say(request, _("Taken away. It counts for what comes in from now on."))
        return redirect("pool:intake-rules")
    form = IntakeRuleForm(kept_forms.posted(request))
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        return redirect("pool:intake-rules")
    rules = IntakeRule.objects.select_related("department__location")
    lines = [
        (
            rule.pk,
            rule_keeping.in_words(rule.event_type, rule.harm, rule.department),
            rule_keeping.what_it_does(rule.closes_after_days),
        )
        for rule in rules.order_by("event_type", "harm", "department__name", "pk")
    ]
    context = {
        "form": form,
        "rules": lines,
        "unharmed": rule_keeping.what_it_does(SupportPolicy.current().unharmed_days),
        "history": rule_keeping.LOG.history(request.GET),
    }
    return render(request, "supporters/intake/rules.html", context)


def _kept(request: SignedInRequest, form: IntakeRuleForm) -> bool:
    try:
        rule_keeping.add(form.save(commit=False), by=request.user, at=timezone.now())
    except rule_keeping.RuleThere:
        form.add_error(None, _("There is a rule for this already. Take that one away first."))
        return False
    say(request, _("Saved. It counts for what comes in from now on."))
    return True


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
