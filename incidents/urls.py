"""Addresses of reports and calamities, in two namespaces, and the page with help."""

from django.urls import URLPattern, URLResolver, include, path

from incidents.views import (
    alignment,
    analyses,
    calamities,
    classification,
    committee,
    disclosure,
    duty,
    evidence,
    help,  # noqa: A004 — the page is called help
    moments,
    policy,
    report,
    reports,
    team,
    terms,
    vim_import,
    withdrawal,
)

incidents_urls: list[URLPattern] = [
    path("incidents/", reports.listing, name="list"),
    path("incidents/new/", report.new, name="new"),
    path("incidents/new/<slug:kind>/", report.report, name="report"),
    path("incidents/people/", report.found, name="people"),
    path("incidents/import/", vim_import.upload, name="import"),
    path("incidents/import/<uuid:pk>/", vim_import.check, name="import-check"),
    path("incidents/import/<uuid:pk>/commit/", vim_import.commit, name="import-commit"),
    path("incidents/import/names/<uuid:pk>/forget/", vim_import.forget, name="import-forget"),
    path("incidents/import/<uuid:pk>/discard/", vim_import.discard, name="import-discard"),
    path("incidents/<slug:reference>/", reports.detail, name="detail"),
    path("incidents/<slug:reference>/received/", report.received, name="received"),
    path("incidents/<slug:reference>/withdraw/", withdrawal.withdraw, name="withdraw"),
    path("incidents/<slug:reference>/people/", reports.add_people, name="add-people"),
]

calamities_urls: list[URLPattern] = [
    path("calamities/", calamities.listing, name="list"),
    path("calamities/<slug:reference>/", calamities.detail, name="detail"),
    path("calamities/<slug:reference>/classification/", classification.classify, name="classify"),
    path("calamities/<slug:reference>/moments/", moments.correct, name="moments"),
    path("calamities/<slug:reference>/told/", calamities.told, name="told"),
    path("calamities/<slug:reference>/departments/", alignment.name, name="align"),
    path(
        "calamities/<slug:reference>/departments/<uuid:pk>/confirm/", alignment.confirm, name="align-confirm"
    ),
    path("calamities/<slug:reference>/departments/<uuid:pk>/drop/", alignment.drop, name="align-drop"),
    path("calamities/<slug:reference>/term/ask/", terms.ask, name="term-ask"),
    path("calamities/<slug:reference>/term/confirm/", terms.confirm, name="term-confirm"),
    path("calamities/<slug:reference>/term/letter/", terms.letter, name="term-letter"),
    path("calamities/<slug:reference>/term/<uuid:pk>/answer/", terms.answer, name="term-answer"),
    path("calamities/<slug:reference>/term/<uuid:pk>/take-back/", terms.take_back, name="term-take-back"),
    path("calamities/<slug:reference>/steps/<slug:step>/", calamities.step, name="step"),
    path("calamities/<slug:reference>/team/", team.team, name="team"),
    path("calamities/<slug:reference>/team/assign/", team.assign, name="team-assign"),
    path("calamities/<slug:reference>/team/<uuid:pk>/end/", team.end, name="team-end"),
    path("calamities/<slug:reference>/analysis/", analyses.analysis, name="analysis"),
    path("calamities/<slug:reference>/disclosure/", disclosure.disclosure, name="disclosure"),
    path("calamities/<slug:reference>/evidence/", evidence.evidence, name="evidence"),
    path("analyses/", analyses.listing, name="analyses"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((incidents_urls, "incidents"))),
    path("", include((calamities_urls, "calamities"))),
    path("settings/calamities/", policy.policy, name="calamity-policy"),
    path("settings/committee/", committee.seats, name="calamity-committee"),
    path("settings/committee/<int:number>/", committee.take, name="calamity-committee-take"),
    path("settings/committee/<uuid:pk>/leave/", committee.leave, name="calamity-committee-leave"),
    path("settings/duty/", duty.rota, name="calamity-duty"),
    path("settings/duty/<uuid:pk>/", duty.change, name="calamity-duty-change"),
    path("settings/duty/<uuid:pk>/off/", duty.take_off, name="calamity-duty-off"),
    path("help/", help.find_help, name="help"),
]
