# SPDX-License-Identifier: MIT
"""The page of messages and its command say what the .msg files say."""

from pathlib import Path

import pytest

from emotion_ros.cli.main import main
from emotion_ros.cli.message_definition import Block, Constant, Field, Section, read_definition
from emotion_ros.cli.messages import NAMES, ORDER, messages_page
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import message_folder

ROOT = Path(__file__).parents[3]
PAGE = ROOT / 'docs' / 'messages.md'
A, B = Field('a', 'uint8'), Field('b', 'uint8')


def test_the_page_in_the_docs_is_the_one_the_command_prints(capsys):
    assert main(['messages']) == 0
    assert capsys.readouterr().out == PAGE.read_text(encoding='utf-8')


def test_every_message_and_its_file_is_on_the_page():
    files = [file for kind in ('msg', 'srv', 'action') for file in ROOT.glob(f'{kind}/*.{kind}')]
    assert sorted(ORDER) == sorted(f'{file.parent.name}/{file.stem}' for file in files)
    page = messages_page()
    assert all(f'[{f.stem}](../{f.relative_to(ROOT)}): ' in page for f in files)


@pytest.mark.parametrize('name', sorted(NAMES.values()))
def test_a_message_is_printed_with_every_line_of_its_file(name, capsys):
    kind, _, stem = name.partition('/')
    assert main(['messages', stem]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f'# {stem}\n')
    for section in read_definition(ROOT / f'{name}.{kind}').sections:
        for block in section.blocks:
            assert block.words in printed
            assert all(f'`{line.name}`' in printed for line in block.lines)


@pytest.mark.parametrize(
    ('text', 'blocks'),
    [
        ('', []),
        ('# Words.\n', [Block('Words.')]),
        ('# Of a.\nuint8 a\n', [Block('Of a.', [A])]),
        ('# Two\n# lines.\nuint8 a\nuint8 b\n', [Block('Two lines.', [A, B])]),
        ('# Of a.\nuint8 a\n# Of b.\nuint8 b\n', [Block('Of a.', [A]), Block('Of b.', [B])]),
        (
            '# Intro.\n\n# Of X.\nuint8 X=3',
            [Block('Intro.'), Block('Of X.', [Constant('X', '3')])],
        ),
    ],
)
def test_a_comment_belongs_to_the_lines_below_it(tmp_path, text, blocks):
    (tmp_path / 'Some.msg').write_text(text)
    assert read_definition(tmp_path / 'Some.msg').sections == (Section('', blocks),)


def test_a_heading_opens_a_section(tmp_path):
    (tmp_path / 'Some.msg').write_text('# ---- When ----\n\n# Of a.\nuint8 a\n')
    when = Section('When', [Block('Of a.', [A])])
    assert read_definition(tmp_path / 'Some.msg').sections == (Section(), when)


def test_the_parts_of_a_service_are_sections(tmp_path):
    (tmp_path / 'Some.srv').write_text('# Of a.\nuint8 a\n---\n# Of b.\nuint8 b\n')
    sections = read_definition(tmp_path / 'Some.srv').sections
    assert sections == (
        Section('', [Block('Of a.', [A])]),
        Section('Response', [Block('Of b.', [B])]),
    )


def test_a_line_that_is_no_definition_is_an_error(tmp_path):
    (tmp_path / 'Some.msg').write_text('uint8\n')
    with pytest.raises(ConfigError, match="'uint8'"):
        read_definition(tmp_path / 'Some.msg')


def test_the_folder_is_that_of_the_checkout():
    assert message_folder() == ROOT / 'msg'
