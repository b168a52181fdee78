from django.urls import path, re_path

from evaluations import survey_views, views

urlpatterns = [
    path("evaluation/", views.evaluation, name="evaluation"),
    path("settings/evaluation/", views.policy, name="evaluation-policy"),
    path("evaluation/thanks/", views.thanks, name="evaluation-thanks"),
    path("evaluation/survey/thanks/", survey_views.survey_thanks, name="survey-thanks"),
    path("evaluation/survey/<uuid:pk>/", survey_views.survey_form, name="survey-form"),
    re_path(
        r"^[eE][vV][aA][lL][uU][aA][tT][iI][oO][nN]/[sS][uU][rR][vV][eE][yY](?P<rest>[\s\S]*)$",
        survey_views.survey_cut,
        name="survey-cut",
    ),
    path("settings/questionnaires/", survey_views.questionnaires, name="questionnaires"),
    path("settings/questionnaires/<uuid:pk>/", survey_views.questionnaire, name="questionnaire"),
    path("settings/questionnaires/<uuid:pk>/use/", survey_views.use_questionnaire, name="questionnaire-use"),
    path(
        "settings/questionnaires/<uuid:pk>/discard/",
        survey_views.discard_questionnaire,
        name="questionnaire-discard",
    ),
    path("settings/surveys/<uuid:pk>/", survey_views.survey, name="survey"),
    # Where a scanner of mail made the # of the link a part of the path, and whatever else became of it.
    re_path(
        r"^[eE][vV][aA][lL][uU][aA][tT][iI][oO][nN](?P<mangled>[/#%][\s\S]*)$",
        views.evaluation,
        name="evaluation-mangled",
    ),
]
