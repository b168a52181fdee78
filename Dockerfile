# syntax=docker/dockerfile:1

# The environment: wheels only, each checked against its hash, so nothing is compiled and no compiler is needed.
FROM python:3.13-slim AS environment
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt

# The site: texts compiled, static files collected and compressed.
FROM python:3.13-slim AS site
COPY --from=environment /venv /venv
WORKDIR /srv/peersupport
COPY . .
RUN /venv/bin/python -m peersupport build \
    && rm -r development \
    && /venv/bin/python -m compileall -q /srv/peersupport

FROM python:3.13-slim
RUN useradd --system --no-create-home --uid 10001 peersupport \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/peersupport /var/lib/peersupport/keys
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=peersupport.settings \
    DATA_DIR=/var/lib/peersupport
COPY --from=environment /venv /venv
COPY --from=site /srv/peersupport /srv/peersupport
WORKDIR /srv/peersupport
USER peersupport
EXPOSE 8000
# One image, four roles: web, worker and beat by this entry point, migrations by manage.py (docker-compose.yml).
ENTRYPOINT ["python", "-m", "peersupport"]
CMD ["web"]
