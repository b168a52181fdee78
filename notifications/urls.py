from django.urls import path

from notifications import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_all, name="notices-read"),
    path("notices/<uuid:pk>/open/", views.open_notice, name="notice-open"),
    path("notices/<uuid:pk>/read/", views.read_notice, name="notice-read"),
    path("settings/delivery/", views.delivery, name="delivery"),
    path("settings/delivery/trial/", views.send_trial, name="delivery-trial"),
    path("settings/delivery/<uuid:pk>/resend/", views.resend, name="delivery-resend"),
    path("settings/delivery/<uuid:pk>/stop/", views.give_up, name="delivery-stop"),
]
