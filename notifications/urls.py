from django.urls import path

from notifications.delivery.views import delivery, own, policy
from notifications.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("settings/delivery/bounces/<uuid:pk>/over/", delivery.bounce_over, name="bounce-over"),
    path("notices/read/", views.read_all, name="notices-read"),
    path("notices/<uuid:pk>/open/", views.open_notice, name="notice-open"),
    path("notices/<uuid:pk>/read/", views.read_notice, name="notice-read"),
    path("me/notices/", own.notice_settings, name="notice-settings"),
    path("me/notices/mail/", own.choose_mail, name="notice-mail"),
    path("me/notices/away/", own.announce_absence, name="absence"),
    path("me/notices/back/", own.come_back, name="absence-end"),
    path("me/notices/calendar/", own.make_calendar, name="calendar-make"),
    path("me/notices/calendar/revoke/", own.revoke_calendar, name="calendar-revoke"),
    path("calendar/<slug:secret>.ics", own.calendar_feed, name="calendar-feed"),
    path("settings/reminders/", policy.policy, name="reminder-policy"),
    path("settings/delivery/", delivery.delivery, name="delivery"),
    path("settings/delivery/trial/", delivery.send_trial, name="delivery-trial"),
    path("settings/delivery/resend/", delivery.resend_all, name="delivery-resend-all"),
    path("settings/delivery/<uuid:pk>/resend/", delivery.resend, name="delivery-resend"),
    path("settings/delivery/<uuid:pk>/stop/", delivery.give_up, name="delivery-stop"),
]
