"""The hospital's name and logo: the page on which they are set, and the logo itself."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow, allow_public
from accounts.pages.body_limits import takes_a_file
from accounts.pages.feedback import say
from hospital.models import LARGEST_LOGO, Hospital, validate_logo


class HospitalForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    logo_file = forms.FileField(
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy(
            "A PNG of at most 100 KB, best with a transparent ground. It stands 28 pixels high."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png"}),
    )
    without_logo = forms.BooleanField(label=gettext_lazy("Show no logo"), required=False)

    class Meta:
        model = Hospital
        fields = ("name", "committee", "analysis_team")

    def clean_logo_file(self) -> bytes:
        """The picture that was sent, or the one that is there."""
        sent = self.cleaned_data["logo_file"]
        if not sent:
            return bytes(self.instance.logo)
        content: bytes = sent.read(LARGEST_LOGO + 1)
        validate_logo(content)
        return content

    def save(self, commit: bool = True) -> Hospital:
        self.instance.show(b"" if self.cleaned_data["without_logo"] else self.cleaned_data["logo_file"])
        hospital: Hospital = super().save(commit)
        return hospital


@takes_a_file
@allow(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def hospital(request: SignedInRequest) -> HttpResponse:
    """How the hospital shows itself on every page."""
    form = HospitalForm(kept_forms.posted(request), request.FILES or None, instance=Hospital.current())
    if request.method == "POST" and form.is_valid():
        form.save()
        say(request, _("Saved."))
        return redirect("settings:hospital")
    return render(request, "accounts/settings/hospital.html", {"form": form})


@allow_public
@require_safe
@cache_control(public=True, max_age=86400, immutable=True)
def logo(request: HttpRequest, version: str) -> HttpResponse:
    """The logo as a PNG; its address changes with it."""
    hospital = get_object_or_404(Hospital, logo_version=version)
    return HttpResponse(bytes(hospital.logo), content_type="image/png")
