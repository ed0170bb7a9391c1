# Everything Menshen needs from a fresh clone: `make run` and `make test` need Python 3.11 or newer and nothing else.
# Say `make PYTHON=/path/to/python` to choose a Python, `make VENV=folder` to keep its packages elsewhere.

SHELL := /bin/sh
VENV ?= .venv
PORT ?= 8000
# Test processes: as many as there are cores, four at most (each may start a PostgreSQL and a browser).
JOBS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); if [ $$n -gt 4 ]; then echo 4; else echo $$n; fi)

PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run raid test check bench scenarios corpus-check mutants lock messages clean system-packages

help:
	@echo 'make run       the practice school on http://127.0.0.1:$(PORT), with a lesson in progress; Ctrl-C stops it'
	@echo 'make raid      strangers burst into the lesson that `make run` has in progress'
	@echo 'make test      every test (as root on Debian or Ubuntu it installs the programs that some tests need)'
	@echo 'make check     style, types, translations, generated pages'
	@echo 'make bench     measure what the README claims'
	@echo 'make scenarios play every golden scenario on every platform and write docs/scenarios.md'
	@echo 'make corpus-check  play 2 000 generated lessons and raids and write docs/corpus.md'
	@echo 'make mutants   change each function of policies/ and app/domain/ in one place after another, see whether the tests'
	@echo '               notice, and write docs/mutants.md (half an hour of one core)'
	@echo 'make messages  bring the translation catalogues up to date'
	@echo 'make lock      choose the newest versions of all libraries and lock them with their hashes'
	@echo 'make clean     remove everything that is not source, except data/'

run: $(VENV)/.run
	@MENSHEN_PRACTICE=1 MENSHEN_PORT=$(PORT) exec $(PY) -m app serve

raid: $(VENV)/.run
	@MENSHEN_PRACTICE=1 MENSHEN_PORT=$(PORT) $(PY) -m app raid

test: $(VENV)/.dev system-packages
	$(PY) -m pytest --numprocesses $(JOBS) --dist loadgroup --max-worker-restart 0 $(TESTS)

check: $(VENV)/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(foreach command,$(GENERATED),$(PY) -m app $(command) --check$(newline))

bench: $(VENV)/.dev
	$(PY) -m bench

scenarios: $(VENV)/.dev
	$(PY) -m scenarios --write

corpus-check: $(VENV)/.dev
	$(PY) -m tests.replay.check --write

mutants: $(VENV)/.dev
	$(PY) -m tests.mutants.check --write $(MUTANTS)

# What `menshen <command>` writes into the tree and `menshen <command> --check` compares with it.
GENERATED := $(if $(wildcard README.md),matrix docs)

define newline


endef

# --- libraries: from the lock files, every archive compared with its hash ---------------------------------------------

$(VENV)/.run: requirements.lock | $(PY)
	@echo 'Installing the libraries into $(VENV) ...'
	@$(PIP) --requirement requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(PY)
	@echo 'Installing the libraries and test tools into $(VENV) ...'
	@$(PIP) --requirement requirements-dev.lock
	@touch $@

# The first Python that is new enough and really runs (a version manager may put commands on the path that only fail).
$(PY):
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  "$$python" -c 'import venv, ensurepip' 2>/dev/null || { lacks="$$python"; continue; }; \
	  rm -rf $(VENV); exec "$$python" -m venv $(VENV); \
	done; \
	if [ -n "$$lacks" ]; then \
	  echo "$$lacks cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2; \
	else \
	  echo 'Menshen needs Python 3.11 or newer, and none was found. Name one with: make PYTHON=/path/to/python' >&2; \
	fi; \
	exit 1

UV_LOCK = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
  --no-emit-index-url --no-annotate --no-header pyproject.toml

lock: $(VENV)/.dev
	$(UV_LOCK) --extra dev --output-file requirements-dev.lock
	$(UV_LOCK) --constraint requirements-dev.lock --output-file requirements.lock

# --- programs that some tests need and pip cannot bring ---------------------------------------------------------------

# Without them the tests that need them are listed by name as not run. PostgreSQL comes with the Python packages.
JANUS_JS := /usr/share/javascript/janus-gateway/janus.js /usr/share/javascript/webrtc-adapter/adapter.js
MISSING = missing=''; \
  command -v janus >/dev/null || missing="$$missing janus"; \
  command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="$$missing chromium"; \
  [ -e $(word 1,$(JANUS_JS)) ] || missing="$$missing libjs-janus-gateway"; \
  [ -e $(word 2,$(JANUS_JS)) ] || missing="$$missing libjs-webrtc-adapter"; \
  command -v fc-list >/dev/null && fc-list :lang=zh | grep -q . || missing="$$missing fonts-noto-cjk fontconfig"

system-packages:
	@$(MISSING); [ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
	  echo "Some tests cannot run here and will be listed at the end. They need (names of Debian packages):$$missing"; \
	  exit 0; \
	fi; \
	echo "Installing:$$missing"; export DEBIAN_FRONTEND=noninteractive; \
	{ apt-get update -qq && apt-get install -qq -y --no-install-recommends $$missing; } >/dev/null </dev/null \
	  || echo "That failed. Some tests will be listed at the end as not run; they need:$$missing"; \
	case "$$missing" in *" janus"*) [ -d /run/systemd/system ] && systemctl disable --quiet --now janus || true ;; esac

# --- translations: read as they stand, so nothing has to be compiled -------------------------------------------------

BABEL = $(PY) -m babel.messages.frontend --quiet
LOCALES := app/web/locales

# Adds what the pages say and a catalogue does not know yet, with an empty translation; `make test` then names it.
messages: $(VENV)/.dev
	@mkdir -p build
	@printf '%s\n' '[extractors]' 'words = app.web.words:extract' '[words: web/words.py]' \
	  '[jinja2: web/templates/**.html]' '[python: web/**.py]' > build/babel.cfg
	$(BABEL) extract --mapping-file build/babel.cfg --keywords 'words html many:1,2' --no-location --no-wrap \
	  --output-file build/menshen.pot app
	$(BABEL) update --domain menshen --input-file build/menshen.pot --output-dir $(LOCALES) \
	  --no-fuzzy-matching --no-wrap --ignore-pot-creation-date

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
