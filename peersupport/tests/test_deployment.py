"""What production is run with: .env.example, docker-compose.yml, and a site built without servers."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest
import yaml

from development.tests.test_process_tree import environment
from peersupport.settings import DEVELOPMENT

ROOT = Path(__file__).parents[2]
# Read by gunicorn itself, or by docker-compose.yml.
OTHERS = {
    "FORWARDED_ALLOW_IPS",
    "WEB_CONCURRENCY",
    "WEB_THREADS",
    "WEB_PORT",
    "POSTGRES_PASSWORD",
    "PEERSUPPORT_VERSION",
    "SITE_MEMORY",
    "POSTGRES_MEMORY",
}
# Set by the programs themselves.
INTERNAL = {"DATABASE_POOL", "STATIC_MANIFEST"}


def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_example_of_an_env_names_every_setting():
    code = "".join((ROOT / "peersupport" / name).read_text() for name in ("settings.py", "sso.py"))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code)) | DEVELOPMENT.keys()
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == (read - INTERNAL) | OTHERS


def test_the_image_holds_what_an_installation_runs_and_nothing_of_development(tmp_path):
    """As the Dockerfile makes it: what .dockerignore lets in, without development/."""
    image = tmp_path / "image"
    image.mkdir()
    names = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    for name in set(names) - {"development"}:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, image / name, ignore=shutil.ignore_patterns("tests", "__pycache__"))
        else:
            shutil.copy2(ROOT / name, image / name)
    required = dict.fromkeys(DEVELOPMENT, "x" * 50) | {
        "DATABASE_URL": "postgres://x@127.0.0.1:1/x",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "SITE_URL": "https://x.example",
        "TRUSTED_PROXIES": "1",
    }
    starts = "import peersupport.wsgi, peersupport.celery, peersupport.__main__; print('all there')"
    ran = subprocess.run(
        [sys.executable, "-c", starts],
        cwd=image,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.returncode) == ("all there\n", 0), ran.stderr


@pytest.mark.parametrize("name", ["README.md", "docker-compose.yml", "docs/operations.md"])
def test_what_is_told_to_start_the_site_builds_it(name):
    """Without --build docker compose goes on with the image of before the upgrade."""
    told = re.findall(r"docker compose up\b[^`\n]*", (ROOT / name).read_text())
    assert set(told) == {"docker compose up --detach --build"}


@pytest.mark.parametrize("name", compose()["services"])
def test_every_service_is_locked_down_and_watched(name):
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] not in {"root", "0", "0:0"}
    assert "healthcheck" in service
    assert "privileged" not in service
    assert service["mem_limit"]
    assert all("size=" in folder for folder in service["tmpfs"])


def test_only_the_web_is_reachable_and_only_from_its_host():
    services = compose()["services"]
    assert [name for name in services if "ports" in services[name]] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in services["web"]["ports"])
    assert compose()["networks"]["inside"] == {"internal": True}


def test_the_limits_on_passwords_count_visitors_and_not_the_proxy():
    web = compose()["services"]["web"]["environment"]
    assert web["TRUSTED_PROXIES"] == "${TRUSTED_PROXIES:-1}"


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_the_samples_for_a_proxy_keep_what_may_not_be_logged_out_of_it(name):
    sample = (ROOT / "docs" / "proxy" / name).read_text()
    for private in ("evaluation", "account", "calendar", "mine"):
        assert re.search(rf"(log_skip|location) .*{private}", sample), private
    assert re.search(r"(client_max_body_size|max_size) 11", sample)
    assert "127.0.0.1:8000" in sample
    assert "peersupport.hospital.example" in sample


def test_the_samples_for_a_proxy_write_no_request_into_a_log_of_errors():
    nginx, caddy = ((ROOT / "docs" / "proxy" / name).read_text() for name in ("nginx.conf", "Caddyfile"))
    # Even at `crit` nginx writes the request line, the referrer and the visitor's address.
    assert set(re.findall(r"error_log (.*);", nginx)) == {"/dev/null emerg"}
    assert nginx.count("error_log") == nginx.count("server {")
    assert "exclude http.log.error http.handlers\n" in caddy
    assert {"remote_ip", "remote_port", "client_ip", "headers"} <= set(
        re.findall(r"request>(\w+) delete", caddy)
    )


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxy_lets_go_of_a_connection_before_the_site_closes_it(name):
    """A form that is sent into a connection that just ends is answered 502, and not tried again."""
    (kept,) = re.findall(r"keepalive(?:_timeout)? (\d+)s", (ROOT / "docs" / "proxy" / name).read_text())
    assert int(kept) < run_path(str(ROOT / "gunicorn.conf.py"))["keepalive"]


def test_the_site_is_built_without_servers_and_secrets(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "peersupport", "build"],
        env=environment(STATIC_ROOT=str(tmp_path / "static"), DATA_DIR=str(tmp_path / "data")),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    manifest = json.loads((tmp_path / "static" / "staticfiles.json").read_text())
    assert "favicon.svg" in manifest["paths"]
    assert not (tmp_path / "data").exists()
