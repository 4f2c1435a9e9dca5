#!/bin/sh
# Writes the three lock files from the requirements*.in files; needs uv. One version of each package in all three.
# Left out: colorama is for Windows, httpx2-jsfetch for browsers; this runs on Linux.
set -eu
cd "$(dirname "$0")/.."
lock() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
        --no-emit-package colorama --no-emit-package httpx2-jsfetch \
        --custom-compile-command "sh bootstrap/lock.sh" "$@"
}
lock requirements-test.in --output-file requirements.lock
lock requirements.in --constraint requirements.lock --no-annotate --output-file requirements-service.lock
lock requirements-quality.in --constraint requirements.lock --output-file requirements-quality.lock
