"""The page on which a supporter says whether she shows herself to who chooses, and as what."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from supporters.enums import Experience, SupporterStatus
from supporters.models import ShownAs, Supporter, SupportPolicy
from supporters.pool import showing as kept
from supporters.pool.members import HasStopped


class ShowingForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """Choices alone: no name, and not a word of her own."""

    show = forms.BooleanField(label=gettext_lazy("Show me to colleagues who choose"), required=False)
    languages = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    knows = forms.MultipleChoiceField(
        choices=Experience.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ShownAs
        fields = ("profession", "department", "years", "languages", "knows")

    def __init__(self, *args: Any, is_shown: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].label = _("Languages I speak")
        self.fields["knows"].label = _("What I know from experience")
        languages = [(code, kept.language(code)) for code in kept.LANGUAGES]
        self.fields["languages"].choices = languages  # type: ignore[attr-defined]  # of such a field
        self.order_fields(["show", *self.Meta.fields])
        self.initial["show"] = is_shown

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("show") and not any(data.get(name) for name in self.Meta.fields):
            self.add_error(None, _("Say what you show of yourself."))
        return data

    def _post_clean(self) -> None:
        """Whether it can be stored is said by `clean`: nothing is stored of who is not shown."""

    def shown(self) -> dict[str, Any] | None:
        """As kept.show takes it."""
        data = dict(self.cleaned_data)
        return data if data.pop("show") else None


@allow(Role.SUPPORTER)
@require_http_methods(["GET", "POST"])
def showing(request: SignedInRequest) -> HttpResponse:
    """What she shows, and how a colleague reads it; 404 where the hospital does not let them choose."""
    if not SupportPolicy.current().employee_chooses:
        raise Http404
    pool = Supporter.objects.exclude(status=SupporterStatus.STOPPED)
    supporter = get_object_or_404(pool, user=request.user)
    now = timezone.now()
    mine = ShownAs.objects.filter(supporter=supporter).select_related("supporter__user").first()
    form = ShowingForm(kept_forms.posted(request), instance=mine, is_shown=mine is not None)
    if request.method == "POST" and form.is_valid():
        try:
            kept.show(user=request.user, shown=form.shown(), at=now)
        except HasStopped as stopped:
            raise Http404 from stopped
        say(request, _("Saved."))
        return redirect("contacts:showing")
    lines = kept.words(mine, at=now) if mine else []
    return render(request, "supporters/pool/showing.html", {"form": form, "lines": lines})
