# SPDX-License-Identifier: MIT
"""Peers run in a Python of their own; here it is ours, with scripts that do as peers may."""

import sys

import pytest

from benchmarks.figure import NotMeasured
from benchmarks.peers.peer import Peer, parse_answer

ANSWER = {'version': '1.2', 'labels': ['neutral']}


@pytest.fixture
def peer(tmp_path):
    made = Peer('parrot', folder=tmp_path, scripts=tmp_path, timeout_s=30.0)
    made.python.parent.mkdir(parents=True)
    made.python.symlink_to(sys.executable)
    return made


def teach(peer, script):
    (peer.scripts / 'ask_parrot.py').write_text(script)


def test_a_peer_that_is_not_installed_says_how_it_is(tmp_path):
    with pytest.raises(NotMeasured, match='parrot: not installed: python -m benchmarks.peers'):
        Peer('parrot', folder=tmp_path).ask(tmp_path / 'question')


def test_the_last_line_is_the_answer(peer, tmp_path):
    teach(peer, 'import sys; print(\'hello\'); print(\'{"said": "%s"}\' % sys.argv[1][-8:])')
    assert peer.ask(tmp_path / 'question') == {'said': 'question'}


def test_a_peer_that_fails_is_quoted(peer, tmp_path):
    teach(peer, "raise RuntimeError('no weights')")
    with pytest.raises(NotMeasured, match='parrot: .*no weights'):
        peer.ask(tmp_path / 'question')


def test_a_peer_that_hangs_is_left_behind(peer, tmp_path):
    teach(peer, 'import time; time.sleep(600)')
    hasty = Peer('parrot', peer.folder, peer.scripts, timeout_s=0.5)
    with pytest.raises(NotMeasured, match=r'no answer within 0\.5 s'):
        hasty.ask(tmp_path / 'question')


@pytest.mark.parametrize('printed', ['', '\n', 'Segmentation fault', '[1, 2]', '{"a": '])
def test_what_is_no_answer_is_none(printed):
    with pytest.raises(NotMeasured, match='parrot: printed no answer'):
        parse_answer('parrot', printed)
