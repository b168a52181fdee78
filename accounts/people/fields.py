"""Fields of models that keep one thing in one way, whoever writes it: a form, a command, an import."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.people import telephones

if TYPE_CHECKING:  # the classes take no arguments when they run
    CharField = models.CharField[str, str]
    EmailField = models.EmailField[str, str]
    TextField = models.TextField[str, str]
else:
    CharField, EmailField, TextField = models.CharField, models.EmailField, models.TextField


class KeptField(CharField):
    """A text that `keep` brings into one form: when it is written, and when it is looked for."""

    @staticmethod
    def keep(value: str) -> str:
        raise NotImplementedError

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return self.keep(value)[: self.max_length] if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.get_prep_value(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class MailField(KeptField, EmailField):
    """A mail address in small letters."""

    @staticmethod
    def keep(value: str) -> str:
        return value.strip().lower()

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs


class TelephoneField(KeptField):
    """A telephone number as E.164; what is not one number stays as it is (accounts.people.telephones)."""

    @staticmethod
    def keep(value: str) -> str:
        return telephones.kept(value)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class KeyField(TextField):
    """What `make` makes of the field `of`, each time that the row is saved."""

    def __init__(self, *args: Any, of: str = "", make: Callable[[str], str] = str, **kwargs: Any) -> None:
        self.of = of
        self.make = make
        super().__init__(*args, **{"editable": False, "default": "", "db_default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.make(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value
