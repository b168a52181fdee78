from django.urls import include, path

from benchmarks import floors

urlpatterns = [
    path("bare/", floors.page, name="bare-page"),
    path("bare/post/", floors.post, name="bare-post"),
    path("", include("peersupport.urls")),
]
