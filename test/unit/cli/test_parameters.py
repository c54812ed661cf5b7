# SPDX-License-Identifier: MIT
"""The page of parameters says what the code does."""

import re
import subprocess
import sys
from pathlib import Path

from emotion_ros.cli.main import main
from emotion_ros.cli.parameters import NODES, parameters_page

PAGE = Path(__file__).parents[3] / 'docs' / 'parameters.md'


def test_the_page_in_the_docs_is_the_one_the_command_prints(capsys):
    assert main(['parameters']) == 0
    assert capsys.readouterr().out == PAGE.read_text(encoding='utf-8')


def test_every_option_of_every_node_is_on_the_page():
    page = parameters_page()
    for options in NODES.values():
        for name, spec in options.specs().items():
            assert re.search(rf'^- `(<name>\.)?{name}` = .*: {re.escape(spec.doc)}$', page, re.M)


def test_a_reader_that_has_had_enough_is_no_error():
    command = [sys.executable, '-m', 'emotion_ros.cli.main', 'parameters']
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    assert process.stderr.read() == ''
    process.stderr.close()
    process.wait()


def test_the_parameters_of_one_node(capsys):
    assert main(['parameters', 'wav_source']) == 0
    shown = capsys.readouterr().out
    assert shown.startswith('## wav_source')
    assert shown.strip() in PAGE.read_text(encoding='utf-8')
    assert '`chunk`' in shown
