from django.urls import path

from notifications import views, views_delivery, views_own, views_policy

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("settings/delivery/bounces/<uuid:pk>/over/", views_delivery.bounce_over, name="bounce-over"),
    path("notices/read/", views.read_all, name="notices-read"),
    path("notices/<uuid:pk>/open/", views.open_notice, name="notice-open"),
    path("notices/<uuid:pk>/read/", views.read_notice, name="notice-read"),
    path("me/notices/", views_own.notice_settings, name="notice-settings"),
    path("me/notices/mail/", views_own.choose_mail, name="notice-mail"),
    path("me/notices/away/", views_own.announce_absence, name="absence"),
    path("me/notices/back/", views_own.come_back, name="absence-end"),
    path("me/notices/calendar/", views_own.make_calendar, name="calendar-make"),
    path("me/notices/calendar/revoke/", views_own.revoke_calendar, name="calendar-revoke"),
    path("calendar/<slug:secret>.ics", views_own.calendar_feed, name="calendar-feed"),
    path("settings/reminders/", views_policy.policy, name="reminder-policy"),
    path("settings/delivery/", views_delivery.delivery, name="delivery"),
    path("settings/delivery/trial/", views_delivery.send_trial, name="delivery-trial"),
    path("settings/delivery/resend/", views_delivery.resend_all, name="delivery-resend-all"),
    path("settings/delivery/<uuid:pk>/resend/", views_delivery.resend, name="delivery-resend"),
    path("settings/delivery/<uuid:pk>/stop/", views_delivery.give_up, name="delivery-stop"),
]
