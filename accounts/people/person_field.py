"""A field of a form in which somebody is chosen from a list."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.models import ModelChoiceIterator

from accounts.models import User
from accounts.people.directory import told, told_apart

if TYPE_CHECKING:  # the class takes no argument when it runs
    ModelChoiceField = forms.ModelChoiceField[User]
else:
    ModelChoiceField = forms.ModelChoiceField


class _ToldApart(ModelChoiceIterator):  # type: ignore[type-arg]  # generic for mypy only
    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        people = self.queryset.select_related("profession", "department__location")
        yield from map(self.choice, told_apart(people))


class PersonChoiceField(ModelChoiceField):
    """People as the people picker shows them: profession, department, and what tells a namesake apart."""

    iterator = _ToldApart

    def label_from_instance(self, obj: User) -> str:
        return told(obj)
