"""Statements that the ORM writes once in the life of a process, for each language.

For what is read all day: Django takes about as long to write a statement of many parts as PostgreSQL to carry
it out.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Expression, Field, Func, QuerySet
from django.utils.translation import get_language


class Given(Expression):
    """A value that a statement is given each time that it is carried out, by its `name`."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class NoneOf(Func):
    """Whether the first is none of the second, which is a list: `NoneOf("incident_id", Given(…))`."""

    arg_joiner = " <> ALL ("
    template = "%(expressions)s)"
    output_field = BooleanField()


class Statement:
    """What `write` reads, in which `Given` stands for what differs from one time to the next."""

    def __init__(self, write: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self._write = write
        #: By language: a word in a statement is said in that of whoever it is written for.
        self._written: dict[str | None, tuple[str, tuple[Any, ...]]] = {}

    def rows(self, **given: Any) -> list[dict[str, Any]]:
        """Its rows as dictionaries, with what the database gives: moments are in UTC."""
        language = get_language()
        if language not in self._written:
            self._written[language] = self._write().query.sql_with_params()
        sql, values = self._written[language]
        with connection.cursor() as cursor:
            cursor.execute(sql, [given[each.name] if isinstance(each, Given) else each for each in values])
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
