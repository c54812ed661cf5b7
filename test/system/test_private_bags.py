# SPDX-License-Identifier: MIT
"""Of who was paused, neither a replay nor a report of the recording has anything."""

import json
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.bag.types import IMAGE, STRING
from emotion_ros.bag.writer import BagWriter
from emotion_ros.cli.main import main
from emotion_ros.core.people.privacy import PrivacyMode, PrivacyRules
from make_bag import START_NS, raw, to_stamp
from small_bags import SECOND

CANARY = 'zanzibar'
PAUSED = PrivacyRules(
    people={'face_1': PrivacyMode.PAUSED}, unknown_speaker=PrivacyMode.PAUSED, session='a'
)


def header(time_ns: int) -> dict[str, object]:
    return {'stamp': to_stamp(time_ns), 'frame_id': 'camera'}


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """Return words and images of six seconds; from 2 s to 4 s somebody was paused."""
    path = tmp_path / 'bag'
    rules = ((0, PrivacyRules(session='a')), (2, PAUSED), (4, PrivacyRules(session='a')))
    said = ((0.5, 'this is fine'), (2.5, f'I am in {CANARY}'), (4.5, 'that is fine'))
    with BagWriter(path) as writer:
        for second, rule in rules:
            time_ns = START_NS + second * SECOND
            writer.write(time_ns, '/emotion/privacy', STRING, {'data': rule.to_json()})
        for second, words in said:
            time_ns = START_NS + int(second * SECOND)
            writer.write(time_ns, '/speech_to_text', STRING, {'data': words})
        for tenth in range(0, 60, 2):
            time_ns = START_NS + tenth * SECOND // 10
            picture = np.full((48, 64, 3), 200, np.uint8)
            writer.write(time_ns, '/camera/image_raw', IMAGE, raw(header(time_ns), picture))
        writer.write(START_NS, '/emotion_context', STRING, {'data': 'Nobody is in view.'})
    return path


@pytest.mark.usefixtures('weights')
def test_a_report_has_no_words_of_a_pause(bag, tmp_path, capsys):
    output = tmp_path / 'report.html'
    assert main(['report', str(bag), '-o', str(output), '--frames']) == 0
    html = output.read_text(encoding='utf-8')
    assert 'this is fine' in html
    assert 'that is fine' in html
    assert CANARY not in html
    assert CANARY not in capsys.readouterr().err


@pytest.mark.usefixtures('weights')
def test_a_replay_uses_neither_images_nor_words_of_a_pause(bag, capsys):
    assert main(['replay', str(bag), '--json']) == 0
    states = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    stamps = [e['header']['stamp'] for state in states for e in state['evidence']]
    said_s = {round(stamp - START_NS / SECOND, 1) for stamp in stamps}
    assert said_s == {0.5, 4.5}  # the words beside the pause
    stamps_s = [state['header']['stamp'] - START_NS / SECOND for state in states]
    assert not any(1.0 < stamp_s < 4.0 for stamp_s in stamps_s)  # no image was used
    assert max(stamps_s) > 5.0
