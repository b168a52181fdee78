"""Addresses of reports and calamities, in two namespaces, and the page with help."""

from django.urls import URLPattern, URLResolver, include, path

from incidents.calamities.views import (
    alignment,
    analyses,
    analysis_team,
    arrangements,
    calamities,
    classification,
    committee,
    duty,
    evidence,
    family_talks,
    inspectorate,
    later_moments,
    moments,
    policy,
    trained_coaches,
)
from incidents.reports.views import numbers_for_help, reporting, reports, withdrawal
from incidents.vim import views as vim

incidents_urls: list[URLPattern] = [
    path("incidents/", reports.listing, name="list"),
    path("incidents/new/", reporting.new, name="new"),
    path("incidents/new/<slug:kind>/", reporting.report, name="report"),
    path("incidents/people/", reporting.found, name="people"),
    path("incidents/import/", vim.upload, name="import"),
    path("incidents/import/<uuid:pk>/", vim.check, name="import-check"),
    path("incidents/import/<uuid:pk>/commit/", vim.commit, name="import-commit"),
    path("incidents/import/names/<uuid:pk>/forget/", vim.forget, name="import-forget"),
    path("incidents/import/<uuid:pk>/discard/", vim.discard, name="import-discard"),
    path("incidents/<slug:reference>/", reports.detail, name="detail"),
    path("incidents/<slug:reference>/received/", reporting.received, name="received"),
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
    path("calamities/<slug:reference>/term/ask/", inspectorate.ask, name="term-ask"),
    path("calamities/<slug:reference>/term/confirm/", inspectorate.confirm, name="term-confirm"),
    path("calamities/<slug:reference>/term/letter/", inspectorate.letter, name="term-letter"),
    path("calamities/<slug:reference>/term/<uuid:pk>/answer/", inspectorate.answer, name="term-answer"),
    path(
        "calamities/<slug:reference>/term/<uuid:pk>/take-back/", inspectorate.take_back, name="term-take-back"
    ),
    path("calamities/<slug:reference>/steps/<slug:step>/", calamities.step, name="step"),
    path("calamities/<slug:reference>/team/", analysis_team.team, name="team"),
    path("calamities/<slug:reference>/team/assign/", analysis_team.assign, name="team-assign"),
    path("calamities/<slug:reference>/team/<uuid:pk>/end/", analysis_team.end, name="team-end"),
    path("calamities/<slug:reference>/analysis/", analyses.analysis, name="analysis"),
    path("calamities/<slug:reference>/disclosure/", family_talks.disclosure, name="disclosure"),
    path("calamities/<slug:reference>/disclosure/<slug:what>/", arrangements.arrange, name="arrange"),
    path("calamities/<slug:reference>/afterwards/", later_moments.later, name="later"),
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
    path("settings/coaches/", trained_coaches.coaches, name="calamity-coaches"),
    path("settings/duty/", duty.rota, name="calamity-duty"),
    path("settings/duty/<uuid:pk>/", duty.change, name="calamity-duty-change"),
    path("settings/duty/<uuid:pk>/off/", duty.take_off, name="calamity-duty-off"),
    path("help/", numbers_for_help.find_help, name="help"),
]
