"""Which column of a VIM system's export means what: guessed from the words of its header."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accounts.files.columns import KnownColumns

NUMBER = "number"

#: What a report is made of, in the order of the page that shows the mapping.
FIELDS = {
    NUMBER: _("VIM number"),
    "date": _("Date of the event"),
    "time": _("Time of the event"),
    "event_type": _("What happened"),
    "kind": _("Incident or calamity"),
    "harm": _("Harm to the patient"),
    "location": _("Location"),
    "department": _("Department"),
    "description": _("Description"),
    "involved_number": _("Involved: employee number"),
    "involved_email": _("Involved: e-mail"),
    "involved_name": _("Involved: name"),
    "involved_telephone": _("Involved: telephone"),
    "involved_profession": _("Involved: profession"),
}
REQUIRED = frozenset({NUMBER, "date"})

_EVENTS = ("incident", "voorval", "gebeurtenis", "calamiteit", "event", "occurrence", "accident")


def _of_event(*words: str) -> Iterator[str]:
    """`words` about the event, as headers put them: "tijd voorval", "tijd van het voorval", "event time"."""
    for word in words:
        for event in _EVENTS:
            yield from (f"{word} {event}", f"{event} {word}", f"{word} of {event}", f"{word} of the {event}")
            yield from (f"{word} van {event}", f"{word} van het {event}", f"{word} van de {event}")
            yield f"{event}s{word}"


_NAMES = {
    NUMBER: (
        *("meldnr", "meldnummer", "meldingnummer", "meldingsnummer", "vim nummer", "vimnr", "nummer melding"),
        *("report id", "report number", "report no", "incident number", "incident no", "incident id"),
        *("case number", "case id"),
    ),
    "date": (
        *(
            "datum",
            "datum tijd",
            "datum en tijd",
            "occurred",
            "occurred at",
            "occurred on",
            "date",
            "date time",
        ),
        *_of_event("datum", "date"),
        *_of_event("datum tijd", "datum en tijd", "datum/tijd", "date and time", "date/time"),
    ),
    "time": (
        *("tijd", "tijdstip", "time", "uur", "hour"),
        *_of_event("tijd", "tijdstip", "uur", "time", "hour"),
    ),
    "kind": (
        *(
            "soort melding",
            "type melding",
            "meldingssoort",
            "meldingstype",
            "calamiteit",
            "mogelijke calamiteit",
        ),
        *("is calamiteit", "calamiteit ja/nee", "vim of calamiteit", "calamity", "possible calamity"),
        *("report type", "type of report", "kind of report", "sentinel event", "serious incident"),
    ),
    "harm": (
        *("schade", "letsel", "ernst", "gevolg", "schade patiënt", "schade voor de patiënt"),
        *("letsel patiënt", "gevolg patiënt", "gevolg voor patiënt", "gevolg voor de patiënt"),
        *("ernst gevolg", "mate van schade", "harm", "harm to patient", "patient harm", "degree of harm"),
        *("level of harm", "severity", "outcome"),
    ),
    "location": ("locatie", "vestiging", "ziekenhuislocatie", "site", "location", "hospital site"),
    "event_type": (
        *("soort", "soort incident", "soort voorval", "categorie", "type incident", "incidentsoort"),
        *("category", "type", "event type", "incident type", "classification"),
    ),
    "department": (
        *("afdeling", "afdeling incident", "afdeling voorval", "locatie incident", "plaats incident"),
        *("melding afdeling", "plaats voorval", "afdeling gebeurtenis", "plaats gebeurtenis"),
        *("department", "ward", "unit", "location of incident"),
    ),
    "description": (
        *("omschrijving", "omschrijving incident", "toelichting", "korte omschrijving", "wat is er gebeurd"),
        *("description", "summary", "what happened", "short description"),
    ),
    "involved_number": (
        *("personeelsnr betrokkene", "personeelsnummer betrokkene", "personeelsnummer betrokkenen"),
        *("personeelsnr betrokken medewerker", "persnr betrokkene", "betrokkene personeelsnummer"),
        *("staff number", "employee number", "staff involved number", "staff id", "employee id"),
    ),
    "involved_email": (
        *("e-mail betrokkene", "mail betrokkene", "e-mail betrokkenen", "betrokkene e-mail"),
        *("e-mail betrokken medewerker", "staff email", "email of staff involved", "employee email"),
    ),
    "involved_name": (
        *("naam betrokkene", "betrokkene", "betrokkenen", "betrokken medewerker", "betrokken medewerkers"),
        *("naam betrokken medewerker", "staff involved", "staff name", "name of staff involved", "employee"),
    ),
    "involved_telephone": (
        *("telefoon betrokkene", "tel betrokkene", "telefoonnummer betrokkene", "telefoon betrokkenen"),
        *("staff phone", "staff telephone", "phone of staff involved"),
    ),
    "involved_profession": (
        *("functie betrokkene", "beroep betrokkene", "functie betrokkenen", "staff profession", "staff role"),
        *("role of staff involved", "profession of staff involved"),
    ),
}
KNOWN = KnownColumns(_NAMES)
