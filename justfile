# Every task of the project, one line each: `just` lists them, and CI calls the same recipes.

uv := if path_exists(".tools/bin/uv") == "true" { ".tools/bin/uv" } else { "uv" }
python := ".venv/bin/python"
lock := uv + " pip compile -q --generate-hashes --no-header --no-emit-index-url --universal --python-version 3.13"

# In a container of its own buildah wants: BUILDAH="buildah --storage-driver vfs" BUILDAH_ISOLATION=chroot
buildah := env("BUILDAH", "buildah")

# A shell that is inside another environment must not lead the tools there.
unexport VIRTUAL_ENV
export DJANGO_SETTINGS_MODULE := "config.settings"

[private]
default:
    @{{ just_executable() }} --list --unsorted --list-heading ''

# Set up and run the whole shop; Ctrl-C stops it
[group('run')]
up: setup
    @exec {{ python }} manage.py up

# Install what the shop needs into .venv, exactly as locked
[group('run')]
setup: (_install "runtime")

# Install what sending traces needs besides (OTEL_EXPORTER_OTLP_ENDPOINT)
[group('run')]
setup-tracing: (_install "tracing")

# Any command of the shop: `just manage audit verify`
[group('run')]
manage *arguments: setup
    @{{ python }} manage.py {{ arguments }}

# Bring the database to the current schema
[group('run')]
migrate: (manage "migrate")

# All checks, then all tests
[group('check')]
test: check (_pytest "-n 2")

# Write database and media into a new folder, while the shop is open
[group('run')]
backup *folder: setup
    @{{ python }} manage.py backup {{ folder }}

# Put a backup into an empty database: `DATA_DIRECTORY=var-restored just restore var/backups/...`
[group('run')]
restore folder: setup
    @{{ python }} manage.py restore {{ folder }}

# Install what tests need: locked packages, Redis, Chromium
[group('check')]
setup-tests: (_install "development") (_program "redis-server" "redis-server" "redis-server") (_program "chromium" "chromium" "chromium chromium-browser google-chrome")

# Style, types, import rules, migrations, locks, workflows
[group('check')]
check: setup-tests lint types imports migrations locks workflows

# Style of Python files
[group('check')]
lint: (_install "development")
    {{ python }} -m ruff check -q .
    {{ python }} -m ruff format -q --check .

# Types, strictly
[group('check')]
types: (_install "development")
    {{ python }} -m mypy .

# Calls go down, facts come up: the layers and doors of pyproject.toml
[group('check')]
imports: (_install "development")
    .venv/bin/lint-imports --no-logo

# Every model has its migration
[group('check')]
migrations: (_install "development")
    {{ python }} manage.py makemigrations --check --dry-run -v 0

# The alert rules of deploy/, by Prometheus' own linter and by their tests
[group('check')]
alerts: (_program "promtool" "prometheus" "promtool")
    cd deploy && promtool check rules alerts.yml && promtool test rules alerts_test.yml && promtool check config --syntax-only prometheus.yml

# The locked requirements follow from the wished ones
[group('check')]
locks:
    #!/usr/bin/env bash
    set -euo pipefail
    mkdir -p var/locks
    for name in tools runtime tracing development; do
        cp requirements/$name.txt var/locks/$name.txt
        {{ lock }} requirements/$name.in -o var/locks/$name.txt
        cmp -s requirements/$name.txt var/locks/$name.txt || {
            echo "requirements/$name.txt does not follow from requirements/$name.in: run 'just lock'"; exit 1; }
    done

# The workflows and compose.yaml are well formed and give nothing away
[group('check')]
workflows: (_install "development")
    .venv/bin/check-jsonschema -q --builtin-schema vendor.github-workflows .github/workflows/*.yml
    .venv/bin/check-jsonschema -q --builtin-schema vendor.compose-spec compose.yaml
    .venv/bin/zizmor -q --offline --persona auditor .github/workflows

# Tests that start no browser and stress nothing; arguments go to pytest
[group('test')]
unit *arguments: setup-tests (_pytest "-n 2 -m 'not browser and not stress and not real_data'" arguments)

# Some tests: `just tests tests/orders -k cancel`, `just tests -m browser`
[group('test')]
tests *arguments: setup-tests (_pytest "" arguments)

# 2,000 hostile requests against every operation of the API
[group('test')]
fuzz: setup-tests
    COUNTERFOIL_FUZZ_CASES=2000 {{ python }} -m pytest -q tests/api/test_fuzzing.py --hypothesis-profile=explore --timeout=900

# 10,000 random quotes, each amount computed again from its explanation alone
[group('test')]
explain: setup-tests
    COUNTERFOIL_EXPLAIN_CASES=10000 {{ python }} -m pytest -q tests/pricing/test_explaining.py --hypothesis-profile=explore --timeout=1800

# 1,000 random tamperings with the database, and 1,000 clean exports
[group('test')]
tamper: setup-tests
    COUNTERFOIL_TAMPERINGS=1000 {{ python }} -m pytest -q tests/integrity/test_tampering.py --timeout=900

# 10,000 random lives of orders: read models dropped and made anew are the same in every cell
[group('test')]
lifecycles: setup-tests
    COUNTERFOIL_LIFECYCLES=10000 {{ python }} -m pytest -q -n 2 tests/lifecycles --hypothesis-profile=explore --timeout=3600

# 100 random lives of cached pages: readers, writers, rollbacks and kills over three processes
[group('test')]
caching: setup-tests
    COUNTERFOIL_CACHING_CASES=100 {{ python }} -m pytest -q tests/caching/test_races.py --hypothesis-profile=explore --timeout=3600

# A thousand random lives of orders, each rebuilt from its webhooks alone and held against the API
[group('test')]
webhook-lives: setup-tests
    COUNTERFOIL_WEBHOOK_LIVES=1000 {{ python }} -m pytest -q tests/webhooks/test_rebuilding_orders.py --hypothesis-profile=explore --timeout=3600

# The same state on another Python, in other time zones and languages: `just determinism 3.14`
[group('test')]
determinism other="3.12": setup-tests
    {{ uv }} venv -q --clear --python {{ other }} var/determinism
    {{ uv }} pip sync -q --python var/determinism --require-hashes requirements/runtime.txt
    {{ python }} -m pytest -q tests/determinism

# Redis, PostgreSQL, workers and web processes are killed and frozen: each fault with 20 seeds
[group('test')]
faults *arguments: setup-tests
    FAULT_SEEDS=20 {{ python }} -m pytest -q tests/faults --timeout=600 {{ arguments }}

# The books balance after every one of 100,000 random events
[group('test')]
books: setup-tests
    COUNTERFOIL_LEDGER_EVENTS=100000 {{ python }} -m pytest -q tests/ledger/test_everything.py --timeout=900

# Change one thing at a time in the rules of pricing, payments, ledger ...: which change goes unnoticed
[group('test')]
mutants *arguments: (_install "development")
    nice -n 15 {{ python }} -m tests.mutants {{ arguments }}

# 500 shoppers press at the same moment for 50 units, over four processes
[group('test')]
flash: setup-tests
    COUNTERFOIL_FLASH_SHOPPERS=500 {{ python }} -m pytest -q tests/checkout/test_flash_sale.py --timeout=900

# Figures as ratios of one run; `just bench pages` prints one section
[group('test')]
bench *arguments: (_install "development")
    @{{ python }} -m tests.bench {{ arguments }}

# Lock the requirements again; `just lock --upgrade` takes newer versions
[group('maintain')]
lock *arguments:
    {{ lock }} {{ arguments }} requirements/tools.in -o requirements/tools.txt
    {{ lock }} {{ arguments }} requirements/runtime.in -o requirements/runtime.txt
    {{ lock }} {{ arguments }} requirements/tracing.in -o requirements/tracing.txt
    {{ lock }} {{ arguments }} requirements/development.in -o requirements/development.txt

# Format Python files
[group('maintain')]
format: (_install "development")
    {{ python }} -m ruff check -q --fix .
    {{ python }} -m ruff format -q .

# Draw the layers of the import contracts into README
[group('maintain')]
picture: (_install "development")
    @{{ python }} -m tests.architecture.picture

# Write the table of environment variables, docs/environment.md
[group('maintain')]
variables: (_install "development")
    @{{ python }} -m tests.architecture.variables

# Copy htmx, fonts and icons out of node_modules, with their licences and a manifest
[group('maintain')]
vendor: (_install "development")
    npm ci --ignore-scripts --no-fund --no-audit
    {{ python }} -m frontend.vendoring

# Join the stylesheets into css/site.css
[group('maintain')]
styles: (_install "development")
    {{ python }} -m frontend.stylesheet

# Write the golden samples of events that have none yet; none is ever changed
[group('maintain')]
golden: (_install "development")
    @{{ python }} -m tests.architecture.golden

# Write docs/events.md: every event, who projects it, who listens
[group('maintain')]
catalogue: (_install "development")
    @{{ python }} -m tests.architecture.catalogue

# Write tests/scenarios/claims.csv: the test of each numbered acceptance scenario
[group('maintain')]
claims: (_install "development")
    @{{ python }} -m tests.architecture.claims

# Write docs/guides/webhook-messages.md: every type of message that other systems are sent
[group('maintain')]
messages: (_install "development")
    @{{ python }} -m tests.webhooks.catalogue

# Write the index of docs/decisions from the records' titles
[group('maintain')]
decisions: (_install "development")
    @{{ python }} -m tests.architecture.decisions

# Compile the languages of invoices from their .po files
[group('maintain')]
translations: (_install "development")
    {{ python }} -m babel.messages.frontend compile -D django -d modules/invoicing/locale

# Lower the recorded limits of files and functions to today's worst
[group('maintain')]
limits: (_install "development")
    @{{ python }} -m tests.architecture.test_sizes

# The tests' names as the indented sentences of a specification
[group('maintain')]
spec: setup-tests
    @{{ python }} -m pytest -q --collect-only | {{ python }} -m tests.support.sentences

# Build the container image; `just image BASE` names another Debian with Python 3.13
[group('maintain')]
image base="python:3.13-slim" *options:
    {{ buildah }} bud --format docker --build-arg BASE={{ base }} {{ options }} --tag localhost/counterfoil -f Containerfile .

_pytest options *arguments:
    {{ python }} -m pytest -q {{ options }} {{ arguments }}

# Brings .venv to the locked packages; an environment that has the tests' packages keeps them.
_install profile:
    #!/usr/bin/env bash
    set -euo pipefail
    profile={{ profile }}
    for more in tracing development; do if [ -e .venv/$more ]; then profile=$more; fi; done
    wanted="$profile $(cksum < requirements/$profile.txt) $(cat .python-version)"
    [ "$(cat .venv/installed 2>/dev/null)" = "$wanted" ] && exit 0
    echo "Installing the packages of requirements/$profile.txt into .venv ..."
    [ -x .venv/bin/python ] || {{ uv }} venv -q --python "$(cat .python-version)" .venv
    {{ uv }} pip sync -q --python .venv --require-hashes requirements/$profile.txt
    [ $profile = runtime ] || touch .venv/$profile
    echo "$wanted" > .venv/installed

# Finds a program that comes from the system, and installs it where that is possible.
_program name package alternatives:
    #!/usr/bin/env bash
    set -euo pipefail
    for one in {{ alternatives }}; do command -v "$one" >/dev/null && exit 0; done
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing {{ package }} (Debian's package) ..."
        export DEBIAN_FRONTEND=noninteractive; mkdir -p var
        { apt-get update && apt-get install -y --no-install-recommends {{ package }}; } >var/apt.log 2>&1 && { rm var/apt.log; exit 0; }
        tail -n 5 var/apt.log
    fi
    echo "The tests need {{ name }}, which is not installed. On Debian or Ubuntu:"
    echo "    sudo apt-get install {{ package }}"
    exit 1
