from django.urls import URLPattern, URLResolver, include, path

from dashboards import views

figures_urls = [
    path("figures/", views.board, name="board"),
    path("figures/export/", views.export, name="export"),
    path("figures/workbook/", views.workbook, name="workbook"),
    path("figures/report/", views.report, name="report"),
    path("figures/preview/", views.preview, name="preview"),
    path("figures/publish/", views.publish, name="publish"),
    path("figures/words/", views.words, name="words"),
    path("figures/operations/", views.operations, name="operations"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((figures_urls, "figures")))]
