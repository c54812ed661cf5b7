# make help     this list
# make demo     watch the robot's view of a scripted person change (HEADLESS=1: plain lines,
#               DASHBOARD=1: in a browser too, until Ctrl-C; PORT=8090: there)
# make test     the checks, then every test (WORKERS=2 at a time)
# make check    format, lint, types, the rules of the house and the site of docs/
# make docs     only that site: open site/index.html
# make promises what the package promises, at full length -> docs/promises.md
# make bench    speed and memory, some minutes alone on the machine (QUICK=1: one;
#               COMPARE=COMMIT: this checkout against another, half an hour)
# make soak     hours of good and bad input: does anything grow? (MINUTES=15)
# make fuzz     made-up images and texts, for SECONDS=60 each: does anything break?
# make structure  the figures of the code's structure
# make setup    only what comes before the demo; nothing happens the second time
# make clean    remove what was built (distclean: the virtual environments too)
#
# ROS=kilted chooses the second ROS, PYTHON=/path/to/python3.12 the Python.

SHELL := /bin/bash
PYTHON ?=
ROS ?= jazzy
export PYTHON ROS

BOOTSTRAP := $(or $(PYTHON),python3) bootstrap
ENV := . bootstrap/env.bash
# Not with --quiet: it hides the warnings from --strict as well.
BUILD_DOCS := NO_MKDOCS_2_WARNING=1 mkdocs build --strict

# The types of rclpy differ between distributions; those of the first leg are checked.
TYPES := $(if $(filter jazzy,$(ROS)),mypy,true)

# Seconds, and what a change of one line breaks most often.
HOUSE_RULES := $(patsubst %,test/unit/test_%.py,layers package own_code vocabulary docs readme)

# Most of the tests' time is waiting; two processes, each file in one of them, share two cores.
WORKERS ?= 2

# Training data and third-party models, when they lie beside the checkout; tests skip without them.
ifneq ($(wildcard ../shared/data),)
export EMOTION_ROS_DATA ?= $(abspath ../shared/data)
endif
ifneq ($(wildcard ../shared/models),)
export EMOTION_ROS_MODELS ?= $(abspath ../shared/models)
endif

.PHONY: help setup setup-test demo test check docs promises bench soak fuzz structure clean distclean

help:
	@sed -n 's/^# \?//p; /^$$/q' Makefile

setup:
	@$(BOOTSTRAP) demo --ros $(ROS)

setup-test:
	@$(BOOTSTRAP) test --ros $(ROS)

demo: setup
	@$(ENV) && ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST \
		python -m emotion_ros demo $(if $(HEADLESS),--headless) $(if $(DASHBOARD),--dashboard) $(if $(PORT),--port $(PORT))
	@echo 'First, in every new terminal: . bootstrap/env.bash'

test: check
	@$(ENV) && ROS_PYTHON_CHECK_FIELDS=1 python -m pytest -n $(WORKERS) --dist loadfile

check: setup-test
	@$(ENV) && ruff format --check && ruff check && $(TYPES) && python -m pytest -q $(HOUSE_RULES) && $(BUILD_DOCS)

docs: setup-test
	@$(ENV) && $(BUILD_DOCS)

promises: setup-test
	@$(ENV) && EMOTION_ROS_PROMISES=as_stated \
		python -m pytest -k test_promise_ --timeout 1800 --junitxml build/promises.xml; \
		python test/guarantees/page.py build/promises.xml docs/promises.md

bench: setup-test
	@$(ENV) && ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST python -m $(if $(COMPARE),benchmarks.compare $(COMPARE) $(if $(RUNS),--runs $(RUNS)),benchmarks.bench $(if $(QUICK),--quick))

soak: setup-test
	@$(ENV) && PYTHONPATH="test/system:$$PYTHONPATH" python -m soak --minutes $(or $(MINUTES),15)

fuzz:
	@$(BOOTSTRAP) fuzz --ros $(ROS)
	@$(ENV) && for check in fuzz_image_decoding fuzz_text_cleaning; do \
		python test/fuzz/fuzz.py $$check $(or $(SECONDS),60) || exit 1; \
	done

structure: setup
	@$(ENV) && python docs/tools/structure.py

clean:
	rm -rf build build-kilted install install-kilted log log-kilted emotion_ros.egg-info
	rm -rf site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path './.venv*' -prune -o -name __pycache__ -type d -exec rm -rf {} +

distclean: clean
	rm -rf .venv .venv-*
