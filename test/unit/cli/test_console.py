# SPDX-License-Identifier: MIT
"""What others wrote is printed as they wrote it."""

import pytest
from rich.table import Table

from emotion_ros.cli.console import table_console


@pytest.mark.parametrize('text', ['', 'sad', '[/x] sad', '[bold]sad[/]', ':smile:', '\\[x]'])
def test_text_is_printed_as_it_is(text, capsys):
    table = Table('says')
    table.add_row(text)
    console = table_console()
    console.print(table)
    console.print(text)
    *_, cell, _, line = capsys.readouterr().out.splitlines()
    assert cell.strip('│ ') == text
    assert line == text
