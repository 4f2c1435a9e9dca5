# The service alone: no tests, no compiler, no shell script; packages by hash from the same lock as everywhere else.
FROM python:3.13-slim

WORKDIR /srv/ledger
COPY requirements-service.lock .
RUN pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: -r requirements-service.lock
COPY verify_ledger.py witness_ledger.py .
COPY ledger ledger
COPY api api
COPY docs/domain/reference.md docs/domain/reference.md

RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin ledger \
    && install -d -o ledger -g ledger -m 0700 /var/lib/ledger
USER ledger
ENV PYTHONPATH=/srv/ledger PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LEDGER_DATABASE=/var/lib/ledger/ledger.sqlite
VOLUME /var/lib/ledger
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-P", "-m", "ledger.cli"]
CMD ["serve"]
