# make demo     watch the robot's view of a scripted person change (HEADLESS=1: plain lines)
# make test     the checks, then every test
# make check    format, lint and types
# make bench    speed and memory
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

# Training data and third-party models, when they lie beside the checkout; tests skip without them.
ifneq ($(wildcard ../shared/data),)
export EMOTION_ROS_DATA ?= $(abspath ../shared/data)
endif
ifneq ($(wildcard ../shared/models),)
export EMOTION_ROS_MODELS ?= $(abspath ../shared/models)
endif

.PHONY: setup setup-test demo test check bench clean distclean

setup:
	@$(BOOTSTRAP) demo --ros $(ROS)

setup-test:
	@$(BOOTSTRAP) test --ros $(ROS)

demo: setup
	@$(ENV) && ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST \
		python -m emotion_ros.tools.cli demo $(if $(HEADLESS),--headless)

test: check
	@$(ENV) && ROS_PYTHON_CHECK_FIELDS=1 python -m pytest

check: setup-test
	@$(ENV) && ruff format --check && ruff check && mypy

bench: setup-test
	@$(ENV) && ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST python -m benchmarks.bench

clean:
	rm -rf build build-kilted install install-kilted log log-kilted emotion_ros.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path './.venv*' -prune -o -name __pycache__ -type d -exec rm -rf {} +

distclean: clean
	rm -rf .venv .venv-kilted
