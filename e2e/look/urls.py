"""The addresses of the style gallery: only in tests, on top of the site's own."""

from django.urls import path

from e2e.look import views
from peersupport.urls import urlpatterns as site

urlpatterns = [
    path("gallery/", views.gallery),
    path("gallery/bare/", views.bare),
    path("gallery/charts/", views.charts),
    path("gallery/people/", views.people, name="gallery_people"),
    path("gallery/sent/", views.sent),
    path("gallery/error/<slug:name>/", views.error),
    path("gallery/violation/", views.violation),
    *site,
]
