from django.urls import path

from accounts import views_preferences

urlpatterns = [
    path("preferences/language/", views_preferences.set_language, name="set_language"),
    path("preferences/theme/", views_preferences.set_theme, name="set_theme"),
]
