# SPDX-License-Identifier: MIT
"""emotion-ros sample, and every command of the documentation that can be typed on it."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from emotion_ros.bag.reader import Bag
from emotion_ros.cli.main import main
from emotion_ros.demo.evaluation import Outcome, TimedState, evaluate
from emotion_ros.demo.storyboard_file import load_storyboard, packaged_storyboard
from golden import STORYBOARD, replay_bag

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / 'README.md', *sorted((ROOT / 'docs').glob('*.md'))]
ON_A_BAG = re.compile(r'^(?: {4})?emotion-ros (?:\w+ )+(?=my_bag\b|NEW\b).*', re.MULTILINE)
LARGEST_MB = 8.0


def typed() -> Iterator[str]:
    """Yield every command on ``my_bag`` in the pages, without comment and pipe."""
    for page in PAGES:
        for line in ON_A_BAG.findall(page.read_text(encoding='utf-8')):
            yield re.split(r' [#|>]', line)[0].strip()


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """Return a folder with what the pages speak of: a short sample, parameters, rules."""
    here = tmp_path_factory.mktemp('typed')
    assert main(['sample', str(here / 'my_bag'), '--storyboard', str(STORYBOARD)]) == 0
    shutil.copytree(ROOT / 'config', here / 'config')
    (here / 'my_robot.yaml').write_text('/**/fusion_node: {ros__parameters: {dwell: 0.2}}')
    (here / 'rules.yaml').write_text('- {behaviour: cheer, emotion: happy, for_s: 1}')
    return here


@pytest.mark.usefixtures('weights')
@pytest.mark.parametrize('command', list(dict.fromkeys(typed())))
def test_what_the_pages_say_about_a_bag_can_be_typed(command, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    arguments = shlex.split(command)[1:]
    if arguments[0] == 'sample':
        arguments.append('--force')
    assert main(arguments) == 0
    assert capsys.readouterr().out or (folder / 'report.html').exists()


@pytest.mark.usefixtures('weights')
def test_the_sample_holds_the_story_of_the_demo(tmp_path):
    sample = tmp_path / 'sample'
    assert main(['sample', str(sample)]) == 0
    assert sum(file.stat().st_size for file in sample.iterdir()) < LARGEST_MB * 1e6
    publications = replay_bag(sample)
    start_ns = publications[0].time_ns
    states = [TimedState((p.time_ns - start_ns) / 1e9, p.states[0]) for p in publications]
    results = evaluate(load_storyboard(packaged_storyboard()), states, float('inf'))
    assert [r.cue.title for r in results if r.outcome is not Outcome.MET] == []


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_equal_storyboards_give_equal_messages(storage, tmp_path):
    for name in ('one', 'two'):
        options = ['--storyboard', str(STORYBOARD), '--storage', storage]
        assert main(['sample', str(tmp_path / name), *options]) == 0
    with Bag(tmp_path / 'one') as one, Bag(tmp_path / 'two') as two:
        first, second = (list(bag.messages(bag.topics)) for bag in (one, two))
    assert len(first) > 100
    assert [(m.time_ns, m.topic.name, m.data) for m in first] == [
        (m.time_ns, m.topic.name, m.data) for m in second
    ]


def test_a_folder_that_exists_stays(tmp_path, capsys):
    kept = tmp_path / 'kept.txt'
    kept.write_text('mine')
    assert main(['sample', str(tmp_path), '--force']) == 2
    assert 'exists: choose another folder\n' in capsys.readouterr().err
    assert kept.read_text() == 'mine'


def test_a_recording_is_replaced_only_when_forced(tmp_path, capsys):
    sample = tmp_path / 'sample'
    options = ['--storyboard', str(STORYBOARD)]
    assert main(['sample', str(sample), *options]) == 0
    assert main(['sample', str(sample), *options]) == 2
    assert 'sample: exists: choose another folder, or --force' in capsys.readouterr().err
    assert main(['sample', str(sample), *options, '--storage', 'mcap', '--force']) == 0
    assert {file.suffix for file in sample.iterdir()} == {'.yaml', '.mcap'}


def test_a_storyboard_with_an_error_leaves_nothing(tmp_path, capsys):
    story = tmp_path / 'story.yaml'
    story.write_text('- {at: 0, shw: nobody}')
    assert main(['sample', str(tmp_path / 'sample'), '--storyboard', str(story)]) == 2
    assert 'shw' in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ['story.yaml']
