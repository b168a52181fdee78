"""Addresses of the programme around the contact."""

from django.urls import include, path

from training import views
from training.coverage import views as coverage

training_urls = [
    path("training/coverage/", coverage.coverage, name="coverage"),
    path("training/policy/", views.policy, name="policy"),
]

urlpatterns = [path("", include((training_urls, "training")))]
