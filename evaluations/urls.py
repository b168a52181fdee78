from django.urls import path

from evaluations import views

urlpatterns = [
    path("evaluation/", views.evaluation, name="evaluation"),
    path("settings/evaluation/", views.policy, name="evaluation-policy"),
    path("evaluation/thanks/", views.thanks, name="evaluation-thanks"),
]
