# SPDX-License-Identifier: MIT
"""Packages run in a separate Python; here it is ours, with scripts that behave as they may."""

import sys

import pytest

from benchmarks.figure import NotMeasured
from studies.other_packages.package import Package, parse_answer

ANSWER = {'version': '1.2', 'labels': ['neutral']}


@pytest.fixture
def package(tmp_path):
    made = Package('parrot', 'ask_parrot.py', folder=tmp_path, scripts=tmp_path, timeout_s=30.0)
    made.python.parent.mkdir(parents=True)
    made.python.symlink_to(sys.executable)
    return made


def write_script(package, script):
    (package.scripts / 'ask_parrot.py').write_text(script)


def test_a_package_that_is_not_installed_says_how_it_is(tmp_path):
    with pytest.raises(NotMeasured, match='parrot: not installed: python -m'):
        Package('parrot', 'ask_parrot.py', folder=tmp_path).ask(tmp_path / 'question')


def test_the_last_line_is_the_answer(package, tmp_path):
    write_script(
        package, 'import sys; print(\'hello\'); print(\'{"said": "%s"}\' % sys.argv[1][-8:])'
    )
    assert package.ask(tmp_path / 'question') == {'said': 'question'}


def test_a_package_that_fails_is_quoted(package, tmp_path):
    write_script(package, "raise RuntimeError('no weights')")
    with pytest.raises(NotMeasured, match='parrot: .*no weights'):
        package.ask(tmp_path / 'question')


def test_a_package_that_hangs_is_left_behind(package, tmp_path):
    write_script(package, 'import time; time.sleep(600)')
    hasty = Package('parrot', 'ask_parrot.py', package.folder, package.scripts, timeout_s=0.5)
    with pytest.raises(NotMeasured, match=r'no answer within 0\.5 s'):
        hasty.ask(tmp_path / 'question')


@pytest.mark.parametrize('printed', ['', '\n', 'Segmentation fault', '[1, 2]', '{"a": '])
def test_what_is_no_answer_is_none(printed):
    with pytest.raises(NotMeasured, match='parrot: printed no answer'):
        parse_answer('parrot', printed)
