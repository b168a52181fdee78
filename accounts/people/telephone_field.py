"""A telephone number as people type it in a form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people import telephones


class TypedTelephoneField(forms.CharField):
    """One telephone number as it is kept (accounts.people.telephones); one inside the house as it is."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
    default_error_messages = {
        "none": _("Give a telephone number, such as 06 12345678."),
        "unused": _(
            "No number begins like this one: is a figure wrong?"
            " A mobile number begins with 061 to 065, or 068."
        ),
        "several": _("Give one telephone number: the one to call first."),
        "emergency": _("That is a number for emergencies. Give the number at which a colleague can call."),
        "words": _("Give the telephone number alone, without words."),
    }

    def to_python(self, value: object) -> str:
        typed = super().to_python(value) or ""
        try:
            return telephones.read(typed)
        except telephones.NumberUnreadable as error:
            code = error.code if error.code in self.error_messages else "none"
            raise forms.ValidationError(self.error_messages[code], code=code) from error

    def prepare_value(self, value: object) -> object:
        """As people read it, where that is read as the same number again."""
        shown = telephones.shown(value) if isinstance(value, str) else value
        return shown if isinstance(shown, str) and telephones.kept(shown) == value else value
