"""Addresses of reports and calamities, in two namespaces, and the page with help."""

from django.urls import URLPattern, URLResolver, include, path

from incidents.views import analyses, calamities, help, policy, report, reports, team, vim_import  # noqa: A004 — the page is called help

incidents_urls: list[URLPattern] = [
    path("incidents/", reports.listing, name="list"),
    path("incidents/new/", report.new, name="new"),
    path("incidents/new/<slug:kind>/", report.report, name="report"),
    path("incidents/people/", report.found, name="people"),
    path("incidents/import/", vim_import.upload, name="import"),
    path("incidents/import/<uuid:pk>/", vim_import.check, name="import-check"),
    path("incidents/import/<uuid:pk>/commit/", vim_import.commit, name="import-commit"),
    path("incidents/import/<uuid:pk>/discard/", vim_import.discard, name="import-discard"),
    path("incidents/<slug:reference>/", reports.detail, name="detail"),
    path("incidents/<slug:reference>/received/", report.received, name="received"),
    path("incidents/<slug:reference>/people/", reports.add_people, name="add-people"),
]

calamities_urls: list[URLPattern] = [
    path("calamities/", calamities.listing, name="list"),
    path("calamities/<slug:reference>/", calamities.detail, name="detail"),
    path("calamities/<slug:reference>/established/", calamities.establish, name="establish"),
    path("calamities/<slug:reference>/steps/<slug:step>/", calamities.step, name="step"),
    path("calamities/<slug:reference>/team/", team.team, name="team"),
    path("calamities/<slug:reference>/team/assign/", team.assign, name="team-assign"),
    path("calamities/<slug:reference>/team/<uuid:pk>/end/", team.end, name="team-end"),
    path("calamities/<slug:reference>/analysis/", analyses.analysis, name="analysis"),
    path("analyses/", analyses.listing, name="analyses"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((incidents_urls, "incidents"))),
    path("", include((calamities_urls, "calamities"))),
    path("settings/calamities/", policy.policy, name="calamity-policy"),
    path("help/", help.find_help, name="help"),
]
