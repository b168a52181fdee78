# The commands of Peersupport. On a fresh machine with Python 3.11, git and make, `make run` and `make test` need
# nothing else: see README.md.

PYTHON ?= python3
VENV := .venv/bin
LOCKED := --require-hashes --only-binary :all: --quiet
# By module, not by the scripts beside it: those hold the path that the environment was made in, and break when the
# checkout is moved. (djade, ruff and uv are programs.)
PY := $(VENV)/python
CHROMIUM ?= /usr/bin/chromium-headless-shell
# Tests and lint never touch what a .env or the shell names for production.
TEST_ENV := DEBUG=1 LOG_LEVEL=WARNING DJANGO_SETTINGS_MODULE=peersupport.settings_test
WORKERS ?= 2
ROOMS := hospital accounts notifications incidents supporters training evaluations dashboards

.DEFAULT_GOAL := help
.PHONY: help run test test-dates lint types rules e2e attack bench mutants faults messages lock demo-reset environment chromium

help: ## Say what each command does
	@sed -n 's/^\([a-z0-9-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: environment ## Serve the demo hospital on http://localhost:8000 (PORT=… for another)
	@exec $(PY) -m peersupport run

test: environment chromium lint ## Check everything: lint, types, contracts, then all tests
	$(TEST_ENV) $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=json:.data/coverage.json
	$(PY) -m development.coverage_floor

test-dates: environment chromium ## Run all tests on nine other days and hours (needs faketime; DATES=, TESTS= for a few)
	$(TEST_ENV) $(PY) -m tools.dates -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

lint: environment ## Check style, templates, imports, types, security and migrations
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types rules

types: environment
	$(PY) -m mypy .

rules: environment
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	find templates -name '*.html' -print0 | xargs -0 $(VENV)/djade --check --target-version 5.2
	$(PY) -c 'from importlinter.cli import lint_imports_command as check; check()'
	$(PY) -m bandit -q -r --severity-level medium -c pyproject.toml .
	$(TEST_ENV) $(PY) manage.py makemigrations --check --dry-run
	$(TEST_ENV) $(PY) manage.py lintmigrations --no-cache --warnings-as-errors --quiet ok ignore \
		--ignore-initial-migrations \
		--include-apps $(ROOMS)

e2e: environment chromium ## Play the whole journey in a browser
	$(TEST_ENV) $(PY) -m pytest e2e

bench: environment ## Measure speed as ratios to a bare Django page
	$(PY) -m benchmarks

mutants: environment ## Change the pure modules in every small way and see whether a test notices (hours; MODULES= for a few, EACH=10 for each tenth)
	test -x .data/mutants/environment/bin/cosmic-ray || { $(VENV)/uv venv --quiet .data/mutants/environment && \
		$(VENV)/uv pip install --quiet --require-hashes --python .data/mutants/environment/bin/python -r requirements-mutants.txt; }
	$(TEST_ENV) $(PY) -m development.mutants $(MODULES)

faults: environment ## Break everything that may break, and count what became of 500 reminders each time
	$(PY) -m benchmarks.faults

attack: environment ## Try to learn who was supported, and who answered what, in every way that we know (QUICK=1 for a few people)
	$(PY) -m attacks $(if $(QUICK),--small)

messages: environment ## Bring the Dutch catalog up to date with the texts in the code
	$(PY) -m development.messages
	$(PY) -m development.messages --compile

lock: environment ## Lock the newest fitting versions into requirements.txt and requirements-dev.txt
	$(VENV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --only-binary :all: --upgrade requirements.in -o requirements.txt
	$(VENV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --only-binary :all: --upgrade requirements-dev.in -o requirements-dev.txt
	$(VENV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade requirements-mutants.in -o requirements-mutants.txt

demo-reset: environment ## Throw the demo hospital away and build it anew
	@exec $(PY) -m peersupport demo-reset

# uv, itself locked, installs in seconds what pip needs a minute for; pip where uv cannot, behind a mirror that only pip
# was told of. A copy of the lock lies in the environment it was installed into: installed again only when the lock changes, or when
# the environment has lost its Python (an upgrade of the machine).
environment:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "peersupport: Python 3.11 or newer is needed (PYTHON=… names another).")'
	@cmp -s requirements-dev.txt .venv/installed.txt && $(PY) -c 'import django' 2> /dev/null || { \
		echo "peersupport: installing what requirements-dev.txt locks"; \
		$(PY) -c 'import pip' 2> /dev/null || $(PYTHON) -m venv --clear .venv; \
		sed -n '/^uv==/,/[^\]$$/p' requirements-dev.txt > .venv/uv.txt && \
		$(PY) -m pip install $(LOCKED) --disable-pip-version-check -r .venv/uv.txt && \
		{ $(VENV)/uv pip install $(LOCKED) --python $(PY) -r requirements-dev.txt || $(PY) -m pip install $(LOCKED) -r requirements-dev.txt; } && \
		cp requirements-dev.txt .venv/installed.txt; }

# The machine's own Chromium, else Playwright's own, else Debian's package.
chromium: environment
	@test -x $(CHROMIUM) \
		|| { $(PY) -m playwright install chromium && $(PY) -m playwright install-deps chromium; } \
		|| { apt-get update -qq && apt-get install -y -qq chromium-headless-shell; }
