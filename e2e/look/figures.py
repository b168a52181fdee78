"""Invented figures for the gallery's charts."""

from typing import Any

from dashboards.charts import ChartTable, Datum, Pair, Shares, Tick, bars, columns, slopes, stacks, table_of

OFFERS = [
    Datum("Patiëntveiligheid", 120, "120", 95, "95", 114, 126, "115–125"),
    Datum("Reanimatie of overlijden van een patiënt, ook als dat verwacht was", 45, "45", 50, "50"),
    Datum("Agressie", 25, "25", 10, "10", 19, 31, "19–30"),
    Datum("Tuchtzaak", None, "<10", None, "<10"),
]
MONTHS = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
COUNTS = [15, 20, None, 25, 10, 15, None, 10, 35, 20, 15, 25]
BY_MONTH = [
    Datum(month, count, "<10" if count is None else str(count))
    for month, count in zip(MONTHS, COUNTS, strict=True)
]
HOURS = [
    Datum("≤ 4 u", 40, "40"),
    Datum("4–24 u", 135, "135"),
    Datum("1–3 dgn", 20, "20"),
    Datum("> 3 dgn", None, "<10"),
]
ANSWERS = [
    Shares(
        "De supporter hielp mij het voorval te verwerken.", (0, 10, 10, 30, 50), "8 van de 10 zijn het eens."
    ),
    Shares(
        "Iedereen die bij een voorval betrokken was, zou peer support aangeboden moeten krijgen.",
        (0, 0, 0, 10, 90),
        "Bijna iedereen is het eens.",
    ),
]
FEELINGS = [
    Pair("Ik geef mezelf de schuld", 2.1, 0.8, "van ongeveer 2,1 naar 0,8", (1.8, 2.4), (0.5, 1.1)),
    Pair("Ik schaam me", 1.5, 0.5, "van ongeveer 1,5 naar 0,5", (1.2, 1.8), (0.2, 0.8)),
    Pair("Ik voel me alleen", 0.5, 0.5, "van ongeveer 0,5 naar 0,5", (0.2, 0.8), (0.2, 0.8)),
]
AGREE = ["helemaal oneens", "oneens", "neutraal", "eens", "helemaal eens"]


def chart_context() -> dict[str, Any]:
    shares = [(row.label, *(f"{share}%" for share in row.shares)) for row in ANSWERS]
    return {
        "offers": bars(OFFERS),
        "offers_table": table_of(OFFERS, ("Soort gebeurtenis", "2026", "tussen", "2025")),
        "months": columns(BY_MONTH),
        "months_table": table_of(BY_MONTH, ("Maand", "Aangeboden")),
        "hours": columns(HOURS, touching=True, norm_after=2, norm_text="norm 24 uur"),
        "hours_table": table_of(HOURS, ("Tijd tot eerste contact", "Collega's")),
        "answers": stacks(ANSWERS),
        "answers_table": ChartTable(("Stelling", *AGREE), tuple(shares)),
        "legend": [{"tone": tone, "label": label} for tone, label in enumerate(AGREE, 1)],
        "feelings": slopes(FEELINGS, low=Tick(0, "niet"), high=Tick(3, "heel erg")),
        "feelings_table": ChartTable(
            ("Gevoel", "Gemiddeld"), tuple((each.label, each.text) for each in FEELINGS)
        ),
    }
