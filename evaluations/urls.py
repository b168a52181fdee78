from django.urls import path, re_path

from evaluations import views

urlpatterns = [
    path("evaluation/", views.evaluation, name="evaluation"),
    path("settings/evaluation/", views.policy, name="evaluation-policy"),
    path("evaluation/thanks/", views.thanks, name="evaluation-thanks"),
    # Where a scanner of mail made the # of the link a part of the path, and whatever else became of it.
    re_path(
        r"^[eE][vV][aA][lL][uU][aA][tT][iI][oO][nN](?P<mangled>[/#%][\s\S]*)$",
        views.evaluation,
        name="evaluation-mangled",
    ),
]
