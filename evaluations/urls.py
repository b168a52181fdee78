from django.urls import path

from evaluations import views

urlpatterns = [
    path("evaluation/", views.evaluation, name="evaluation"),
    path("evaluation/thanks/", views.thanks, name="evaluation-thanks"),
]
