from allauth.account import views as account
from allauth.socialaccount.urls import urlpatterns as social
from allauth.urls import build_provider_urlpatterns
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from accounts.access_log import views as views_access_log
from accounts.pages.views import kept_forms, preferences
from accounts.settings.views import hospital, hours, places
from accounts.sign_in.views import entrance, second_person
from accounts.staff.views import importing, people

# allauth's own pages, without those that this house does not have: signing up, and changing an e-mail
# address, which comes from the personnel file.
sign_in = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("not-in-service/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("second-factor/", second_person.second_factor_first, name="second-factor"),
    path("two-step/", include("allauth.mfa.urls")),
    path("devices/", include("allauth.usersessions.urls")),
]

# Neither address exists without the demo.
demo = [
    path("demo/", entrance.demo, name="demo"),
    path("demo/sign-in/", entrance.demo_sign_in, name="demo_sign_in"),
]

registers = [places.DEPARTMENTS, places.LOCATIONS, places.PROFESSIONS]
settings_pages = [
    path("", places.settings_home, name="home"),
    path("hospital/", hospital.hospital, name="hospital"),
    path("hours/", hours.hours, name="hours"),
    path("people/", people.people_list, name="people"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("staff-import/", importing.staff_import_start, name="staff-import"),
    path("staff-import/<uuid:pk>/", importing.staff_import_file, name="staff-import-file"),
    path(
        "staff-import/names/<uuid:pk>/forget/",
        importing.staff_import_forget,
        name="staff-import-forget",
    ),
    path(
        "staff-import/<uuid:pk>/confirm/",
        importing.staff_import_confirm,
        name="staff-import-confirm",
    ),
    path(
        "staff-import/<uuid:pk>/discard/",
        importing.staff_import_discard,
        name="staff-import-discard",
    ),
    *(
        path(f"{register.name}/{address}", view, {"register": register}, name=f"{register.name}{name}")
        for register in registers
        for address, view, name in (
            ("", places.register_list, ""),
            ("add/", places.register_edit, "-add"),
            ("<uuid:pk>/", places.register_edit, "-change"),
        )
    ),
]

access_log = [path("", views_access_log.access_log_list, name="list")]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entrance.start, name="home"),
    path("account/", include(sign_in)),
    path("favicon.ico", entrance.favicon, name="favicon"),
    path("privacy/", entrance.privacy, name="privacy"),
    path("logo/<slug:version>.png", hospital.logo, name="hospital-logo"),
    path("preferences/language/", preferences.set_language, name="set_language"),
    path("preferences/theme/", preferences.set_theme, name="set_theme"),
    path("unsent/", kept_forms.take_along, name="take-along"),
    path("confirmations/", second_person.confirmations, name="confirmations"),
    path("settings/", include((settings_pages, "settings"))),
    path("access-log/", include((access_log, "access-log"))),
    *(demo if settings.DEMO else []),
]
if settings.SSO_PROVIDERS:
    urlpatterns.append(path("account/sso/", include(social + build_provider_urlpatterns())))
