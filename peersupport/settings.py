"""Settings: one file of reads from the environment (see .env.example for each variable).

Development (``DEBUG=1``, the default of ``make run`` and ``make test``) starts embedded servers for
what is not given; production must name its servers and secrets, or the start stops with the names of
the missing settings.
"""

from pathlib import Path
from urllib.parse import quote

import environ
from celery.schedules import crontab, schedule
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from django.core.exceptions import ImproperlyConfigured

from hospital.clock import ZONE
from peersupport import sso
from peersupport.logs import logging_config
from peersupport.server_urls import email, imap, postgres, redis_client

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

IN_DEVELOPMENT = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=IN_DEVELOPMENT)
if DEMO and not IN_DEVELOPMENT:
    raise ImproperlyConfigured(
        "DEMO=1 lets anybody sign in as anybody: set DEMO=0, or DEBUG=1 for development."
    )
# Django's own pages of what went wrong are for developers; whoever looks around the demo meets the product's.
DEBUG = IN_DEVELOPMENT and not DEMO
# What development keeps between runs: the embedded servers' data, mail, reports of benchmarks.
# Empty is not set: else everything would lie where the program was started.
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / ".data").resolve()

# Where the web listens: in development on this machine only.
HOST = env.str("HOST", default="127.0.0.1" if IN_DEVELOPMENT else "0.0.0.0")  # nosec B104  # its container's
PORT = env.int("PORT", default=8000)

# Production must give each of these; development has a stand-in.
DEVELOPMENT = {
    "SECRET_KEY": "development-only-not-a-secret-and-refused-in-production",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "SITE_URL": f"http://localhost:{PORT}",
    "DATABASE_URL": "",  # the embedded servers', below
    "REDIS_URL": "",
    "EMAIL_URL": f"filemail:///{quote(str(DATA_DIR / 'mail'))}",  # three, and the path's own
    "DEFAULT_FROM_EMAIL": "Peersupport <peersupport@localhost>",
    # Evaluations: what tickets are derived from, and where batches keep the keys that open answers.
    "EVALUATION_TICKET_KEY": "development-only-ticket-key-and-refused-in-production",
    "EVALUATION_KEY_DIR": str(DATA_DIR / "keys"),
    # Second factors: what their secrets are encrypted with, the newest key first.
    "MFA_KEYS": "development-only-key-of-second-factors-and-refused-in-production",
    # How many proxies of the hospital's own stand in front, or "none".
    "TRUSTED_PROXIES": "none",
}
if IN_DEVELOPMENT:
    from development import embedded_servers  # no part of what an installation runs

    DEVELOPMENT["DATABASE_URL"] = embedded_servers.database_url(DATA_DIR)
    DEVELOPMENT["REDIS_URL"] = embedded_servers.redis_url(DATA_DIR)
    # What has to be started before the first connection.
    EMBEDDED_SERVERS = embedded_servers.Servers(
        data=DATA_DIR,
        postgres=not env.str("DATABASE_URL", default=""),
        redis=not env.str("REDIS_URL", default=""),
    )
REQUIRED = {name: env.str(name, default="") for name in DEVELOPMENT}
if IN_DEVELOPMENT:
    REQUIRED = {name: value or DEVELOPMENT[name] for name, value in REQUIRED.items()}
elif missing := [name for name, value in REQUIRED.items() if not value]:
    raise ImproperlyConfigured(f"Set {', '.join(missing)}: no default outside development (DEBUG=1).")

SECRET_KEY = REQUIRED["SECRET_KEY"]
if not IN_DEVELOPMENT and (len(SECRET_KEY) < 50 or SECRET_KEY.startswith("development")):
    raise ImproperlyConfigured("SECRET_KEY must be 50 random characters or more, and the hospital's own.")
EVALUATION_TICKET_KEY = REQUIRED["EVALUATION_TICKET_KEY"].encode()
if len(EVALUATION_TICKET_KEY) < 32 or (
    not IN_DEVELOPMENT and EVALUATION_TICKET_KEY.startswith(b"development")
):
    raise ImproperlyConfigured("EVALUATION_TICKET_KEY must be 32 random characters or more, kept for good.")
MFA_KEYS = [key.strip() for key in REQUIRED["MFA_KEYS"].split(",")]
if any(len(key) < 32 or (not IN_DEVELOPMENT and key.startswith("development")) for key in MFA_KEYS):
    raise ImproperlyConfigured(
        "MFA_KEYS must be 32 random characters or more each, with commas, newest first."
    )
TRUSTED_PROXIES = REQUIRED["TRUSTED_PROXIES"]
if TRUSTED_PROXIES != "none" and TRUSTED_PROXIES not in {"1", "2", "3"}:
    raise ImproperlyConfigured(
        "TRUSTED_PROXIES must be how many proxies stand in front (1, 2 or 3), or none: without it everybody"
        " counts as one visitor, and ten wrong passwords lock out all of them."
    )
EVALUATION_KEY_DIR = Path(REQUIRED["EVALUATION_KEY_DIR"])
ALLOWED_HOSTS = [host.strip() for host in REQUIRED["ALLOWED_HOSTS"].split(",")]
SITE_URL = REQUIRED["SITE_URL"].rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])

# The servers.

DATABASE_URL = REQUIRED["DATABASE_URL"]
DATABASES = {"default": postgres(DATABASE_URL)}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds
# After a restart of PostgreSQL nobody is handed a connection that it ended.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Switched on by wsgi.py: the web keeps its connections, a command or a worker process needs one at a time.
if env.bool("DATABASE_POOL", default=False):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 5}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60

REDIS_URL = REQUIRED["REDIS_URL"]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_client(REDIS_URL),
        "KEY_PREFIX": "peersupport",
        "OPTIONS": {"socket_connect_timeout": 5, "socket_timeout": 5},  # seconds
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=2)
# A request that nudges the worker must not hang on a broker that does not answer.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Celery's Django fix-up closes the database connection around every task unless it may be used again.
CELERY_DB_REUSE_MAX = 100
# No file with a schedule: every entry is static, and what was missed is caught up by the sweep itself.
CELERY_BEAT_SCHEDULER = "peersupport.beat:Scheduler"
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=60.0)  # the browser tests sweep faster
CELERY_BEAT_SCHEDULE: dict[str, dict[str, str | schedule | crontab | dict[str, int]]] = {
    "sweep": {
        "task": "notifications.tasks.sweep",
        "schedule": schedule(SWEEP_SECONDS),
        # A worker that was away finds one pass waiting for it, not a thousand.
        "options": {"expires": 60},
    },
    "sweep-imports": {
        "task": "accounts.staff.tasks.sweep_imports",
        "schedule": schedule(SWEEP_SECONDS),
        "options": {"expires": 60},
    },
    "simulate": {
        "task": "training.tasks.simulate",
        "schedule": schedule(SWEEP_SECONDS),
        "options": {"expires": 60},
    },
    "gather-news": {
        "task": "notifications.tasks.gather_news",
        "schedule": schedule(300.0),
        "options": {"expires": 300},
    },
    "read-bounces": {
        "task": "notifications.tasks.read_bounces",
        "schedule": schedule(600.0),
        "options": {"expires": 600},
    },
    # Once a day: an invitation says nothing of when a contact was closed.
    "invite-to-evaluate": {"task": "evaluations.tasks.invite", "schedule": crontab(hour="9", minute="50")},
    "watch-evaluation-key": {
        "task": "evaluations.tasks.watch_key",
        "schedule": schedule(300.0),
        "options": {"expires": 300},
    },
    "release-evaluations": {
        "task": "evaluations.tasks.release",
        "schedule": crontab(hour="4", minute="10"),
    },
    "reconcile": {"task": "notifications.tasks.reconcile", "schedule": crontab(hour="3", minute="20")},
    "retention": {"task": "supporters.tasks.erase_due", "schedule": crontab(hour="3", minute="40")},
    "close-by-rule": {
        "task": "supporters.tasks.close_by_rule",
        "schedule": crontab(hour="3", minute="30"),
    },
    "training-retention": {
        "task": "training.tasks.erase_due",
        "schedule": crontab(hour="3", minute="45"),
    },
    "forget-sessions": {
        "task": "accounts.sign_in.tasks.forget_sessions",
        "schedule": crontab(hour="4", minute="0"),
    },
    "end-waiting": {"task": "accounts.sign_in.tasks.end_waiting", "schedule": crontab(hour="3", minute="50")},
    "keep-candidates": {
        "task": "training.tasks.keep_candidates",
        "schedule": crontab(hour="3", minute="45"),
    },
    "ask-heads": {"task": "training.tasks.ask_heads", "schedule": crontab(hour="9", minute="30")},
    "publish figures": {"task": "dashboards.tasks.publish_due", "schedule": crontab(hour="4", minute="30")},
}

locals().update(email(REQUIRED["EMAIL_URL"]))
EMAIL_TIMEOUT = 10  # seconds; a hanging server must not hold up the sweep
# How long the mails of a killed worker wait for another (notifications.delivery.outbox); the tests shorten
# it.
MAIL_LEASE_SECONDS = env.float("MAIL_LEASE_SECONDS", default=120.0)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = REQUIRED["DEFAULT_FROM_EMAIL"]
# Where mail goes that cannot be delivered (the envelope's sender), and the mailbox in which it is read.
BOUNCE_EMAIL = env.str("BOUNCE_EMAIL", default="") or DEFAULT_FROM_EMAIL
BOUNCE_MAILBOX = imap(env.str("BOUNCE_IMAP_URL", default=""))

# Django itself.

INSTALLED_APPS = [
    "hospital",
    "accounts",
    "notifications",
    "incidents",
    "supporters",
    "training",
    "evaluations",
    "dashboards",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",  # its templates, of which templates/django/ has another
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
]


MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "peersupport.middleware.isolation",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "peersupport.middleware.no_store",
    # Before the session: on the evaluation form nobody is anybody.
    "evaluations.anonymity.nobody",
    "peersupport.middleware.no_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the check against forged forms, which is the first to read what was sent.
    "accounts.pages.body_limits.BodyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # After sign-in is known: every view says who may open it, or nobody may.
    "accounts.pages.access.AccessMiddleware",
]

if DEMO:
    INSTALLED_APPS.append("demo")

ROOT_URLCONF = "peersupport.urls"
WSGI_APPLICATION = "peersupport.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "notifications.frame.frame",
            ],
            # `{% csrf_token %}` says, too, whose page a form stands on.
            "builtins": ["accounts.templatetags.tickets"],
            "libraries": {
                name: f"peersupport.templatetags.{name}"
                for name in ("administration", "calamities", "desk", "look")
            },
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
# In the session, which ends at sign-out; a cookie would show it to the next person at the workstation.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
MESSAGE_TAGS = {messages.DEBUG: "secondary", messages.ERROR: "danger"}  # Bootstrap's names

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = ZONE
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.bool(
            "STATIC_MANIFEST", default=not IN_DEVELOPMENT
        )  # `python -m peersupport build` switches it on
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = IN_DEVELOPMENT

LOGGING_CONFIG = "peersupport.logs.configure"
LOGGING = logging_config(
    json=env.bool("LOG_JSON", default=not IN_DEVELOPMENT), level=env.str("LOG_LEVEL", default="INFO")
)

# Sign-in.

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.sign_in.adapters.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 4 * 60 * 60  # seconds

ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.sign_in.reset_tokens.TokenGenerator"  # nosec B105  # a class

ACCOUNT_ADAPTER = "accounts.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses come from the personnel file
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds
ACCOUNT_USER_DISPLAY = "accounts.sign_in.adapters.display"
ACCOUNT_FORMS = {
    "login": "accounts.sign_in.forms.SignInForm",
    "reauthenticate": "accounts.sign_in.forms.ConfirmForm",
    "change_password": "accounts.sign_in.forms.PasswordChangeForm",
    "set_password": "accounts.sign_in.forms.FirstPasswordForm",
    "reset_password": "accounts.sign_in.forms.PasswordResetForm",
    "reset_password_from_key": "accounts.sign_in.forms.NewPasswordForm",
}
MFA_FORMS = {
    "authenticate": "accounts.sign_in.forms.CodeForm",
    "reauthenticate": "accounts.sign_in.forms.CodeAgainForm",
    "activate_totp": "accounts.sign_in.forms.AddAppForm",
    "add_webauthn": "accounts.sign_in.forms.AddPasskeyForm",
    "login_webauthn": "accounts.sign_in.forms.PasskeyForm",
    "authenticate_webauthn": "accounts.sign_in.forms.PasskeyStepForm",
    "reauthenticate_webauthn": "accounts.sign_in.forms.PasskeyAgainForm",
}
ACCOUNT_SESSION_REMEMBER = False  # nobody is remembered on a workstation that others use
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.partition(":")[0]
# Limits count the address before the proxies.
ALLAUTH_TRUSTED_PROXY_COUNT = 0 if TRUSTED_PROXIES == "none" else int(TRUSTED_PROXIES)
# By network (`ip`): a whole hospital may come from one address, so a person counts by account.
# For "login_failed" `key` is an account from one network, for the one below it an account from anywhere
# (accounts.sign_in.adapters): who guesses elsewhere does not lock its owner out.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/5m/key",
    "login_failed_anywhere": "200/h/key",
    "reset_password": "60/m/ip,5/m/key",
    "reset_password_from_key": "60/m/ip",
}
# A passkey cannot be guessed; as many may use one as a password.
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}

# Whoever reads cases or keeps watch has a second step at sign-in (accounts.sign_in.second_factor); the demo
# can be looked at without one.
SECOND_FACTOR = True
MFA_ADAPTER = "accounts.sign_in.second_factor.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Peersupport"
MFA_TOTP_TOLERANCE = 1  # 30 seconds either way: clocks of telephones drift
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IN_DEVELOPMENT

# Sign-in by the hospital's own identity provider, OIDC or SAML, when the environment names one.
SOCIALACCOUNT_ADAPTER = "accounts.sign_in.adapters.SsoAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SSO_PROVIDERS, SOCIALACCOUNT_PROVIDERS = sso.providers(env)
INSTALLED_APPS += SSO_PROVIDERS
# The claim that lists somebody's groups, and what each means: "peersupport-coordinators=coordinator,…".
SSO_GROUP_CLAIM = env.str("SSO_GROUP_CLAIM", default="groups")
SSO_GROUPS = env.dict("SSO_GROUPS", default={})
# Whether the provider asks for a second step itself, of everybody whose role needs one here.
SSO_PROVIDES_MFA = env.bool("SSO_PROVIDES_MFA", default=False)

# Cookies and headers. `__Host-` binds a cookie to this host over HTTPS, so no sibling host can plant one.

_COOKIE_PREFIX = "" if IN_DEVELOPMENT else "__Host-"
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not IN_DEVELOPMENT
SESSION_COOKIE_AGE = 8 * 60 * 60  # one shift: hospital workstations are shared
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = not IN_DEVELOPMENT
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "accounts.pages.views.kept_forms.refused"
CSRF_COOKIE_AGE = None  # gone with the browser, like the session
LANGUAGE_COOKIE_NAME = f"{_COOKIE_PREFIX}language"
LANGUAGE_COOKIE_SECURE = not IN_DEVELOPMENT
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not IN_DEVELOPMENT)
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]  # asked by the container itself, over plain HTTP
SECURE_HSTS_SECONDS = 0 if IN_DEVELOPMENT else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # The sign-in form leads on to the identity provider's origin.
        "form-action": [SELF, *env.list("SSO_ORIGINS", default=[])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
