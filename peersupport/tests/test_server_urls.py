import pytest
from django.core.exceptions import ImproperlyConfigured

from peersupport.server_urls import email, imap, postgres, redis_client, redis_database


@pytest.mark.parametrize(
    ("url", "host", "port", "name"),
    [
        ("postgres://u:p%40@db:5433/peersupport", "db", 5433, "peersupport"),
        ("postgresql://u@db/peersupport?sslmode=require", "db", "", "peersupport"),
        ("postgres://u@/peersupport?host=/run/pg", "/run/pg", "", "peersupport"),
        ("postgres:////run/pg/peersupport", "/run/pg", "", "peersupport"),
    ],
)
def test_postgres_names_its_server(url, host, port, name):
    config = postgres(url)
    assert (config["ENGINE"], config["HOST"], config["PORT"], config["NAME"]) == (
        "django.db.backends.postgresql",
        host,
        port,
        name,
    )


def test_postgres_keeps_its_options():
    assert postgres("postgres://u:p%40@db/x?sslmode=require")["OPTIONS"] == {"sslmode": "require"}
    assert postgres("postgres://u:p%40@db/x")["PASSWORD"] == "p@"


@pytest.mark.parametrize("url", ["sqlite:///db.sqlite3", "mysql://u@db/x", "peersupport"])
def test_postgres_refuses_another_engine(url):
    with pytest.raises(ImproperlyConfigured, match="PostgreSQL only"):
        postgres(url)


@pytest.mark.parametrize(
    ("url", "client", "third"),
    [
        ("redis://cache:6380", "redis://cache:6380/0", "redis://cache:6380/3"),
        ("redis://:pw@cache/7", "redis://:pw@cache/7", "redis://:pw@cache/3"),
        ("rediss://cache/1", "rediss://cache/1", "rediss://cache/3"),
        (
            "redis+socket:///run/r.sock",
            "unix:///run/r.sock?db=0",
            "redis+socket:///run/r.sock?virtual_host=3",
        ),
        (
            "redis+socket:///run/r.sock?virtual_host=2",
            "unix:///run/r.sock?db=2",
            "redis+socket:///run/r.sock?virtual_host=3",
        ),
    ],
)
def test_redis_is_the_same_server_to_celery_and_to_the_cache(url, client, third):
    assert redis_client(url) == client
    assert redis_database(url, 3) == third


def test_redis_refuses_what_is_not_redis():
    with pytest.raises(ImproperlyConfigured, match="redis\\+socket://"):
        redis_client("memcached://cache")


@pytest.mark.parametrize(
    ("url", "mailbox"),
    [
        ("", None),
        (
            "imap+ssl://terug:geheim%401@mail.hospital.example/",
            {"tls": "ssl", "port": 993, "folder": "INBOX"},
        ),
        (
            "imap+tls://terug:geheim%401@mail.hospital.example:1143/Terug%20post",
            {"tls": "tls", "port": 1143, "folder": "Terug post"},
        ),
        ("imap://terug:geheim%401@mail.hospital.example", {"tls": "", "port": 143, "folder": "INBOX"}),
    ],
)
def test_mailbox_for_what_comes_back(url, mailbox):
    who = {"host": "mail.hospital.example", "user": "terug", "password": "geheim@1"}
    assert imap(url) == (mailbox and {**mailbox, **who})


@pytest.mark.parametrize(
    "wrong", ["smtp://u:p@host", "imap+ssl://host/INBOX", "imap+ssl://u@host", "imaps://u:p@host"]
)
def test_a_mailbox_is_named_whole(wrong):
    with pytest.raises(ImproperlyConfigured, match="BOUNCE_IMAP_URL"):
        imap(wrong)


def test_mail_server_is_read_with_what_is_escaped():
    read = email("smtp+tls://peer%40hospital.example:p%40%3A%2F@mail.hospital.example:587")
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_TLS"]) == (
        "mail.hospital.example",
        587,
        True,
    )
    assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"]) == ("peer@hospital.example", "p@:/")


@pytest.mark.parametrize(
    ("setting", "read", "scheme"),
    [
        ("DATABASE_URL", postgres, "postgres"),
        ("REDIS_URL", redis_client, "redis"),
        ("EMAIL_URL", email, "smtp+tls"),
        ("BOUNCE_IMAP_URL", imap, "imap+ssl"),
    ],
)
@pytest.mark.parametrize(
    "rest",
    ["u:geh@eim@host/1", "u:geh:eim@host/1", "u:geh/eim@host", "u:geh#eim@host", "u:geheim@host:poort/1"],
)
def test_user_name_and_password_that_can_be_read_in_two_ways_are_refused_by_name(setting, read, scheme, rest):
    """PostgreSQL's own library ends a password at the first @ and Python at the last."""
    with pytest.raises(ImproperlyConfigured) as refused:
        read(f"{scheme}://{rest}")
    assert str(refused.value).startswith(setting)
    assert "eim" not in str(refused.value)
