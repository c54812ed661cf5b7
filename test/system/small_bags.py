# SPDX-License-Identifier: MIT
"""Small bags whose content is written here: none of them needs a network to be understood."""

from pathlib import Path
from typing import Any, Literal

import numpy as np

from emotion_ros.bag.types import EVIDENCE, FACES, IMAGE, STRING, TEXT_SENTIMENT
from emotion_ros.bag.writer import BagWriter
from make_bag import START_NS, raw, to_stamp

SECOND = 1_000_000_000
NAN = float('nan')
HAPPY = (0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02)
SAD = (0.02, 0.02, 0.02, 0.02, 0.02, 0.88, 0.02)
BLACK = np.zeros((48, 64, 3), np.uint8)
BRIGHT = np.full((48, 64, 3), 200, np.uint8)

Fields = dict[str, Any]


def make_evidence_bag(path: Path, storage: str = 'sqlite3', version: Literal[8, 9] = 8) -> None:
    """Four seconds of what the nodes said: a happy face, negative words, a sad voice."""
    with BagWriter(path, storage, version) as writer:
        for number in range(20):
            time_ns = START_NS + number * SECOND // 5
            writer.write(time_ns, '/emotion/faces', FACES, _faces(time_ns))
        text = {'header': _header(START_NS + SECOND), 'quality': 1.0}
        text |= {'sentiment_probabilities': (0.9, 0.05, 0.05), 'emotion_probabilities': [NAN] * 7}
        writer.write(START_NS + SECOND, '/emotion/text', TEXT_SENTIMENT, text)
        time_ns = START_NS + 2 * SECOND
        writer.write(time_ns, '/emotion/evidence', EVIDENCE, _voice(time_ns, SAD))


def make_two_people_bag(path: Path, seconds: int = 4) -> None:
    """A happy face for all the time, and a smaller sad one in the second half."""
    with BagWriter(path) as writer:
        for number in range(5 * seconds):
            time_ns = START_NS + number * SECOND // 5
            fields = _faces(time_ns)
            if number >= 5 * seconds // 2:
                small = {'face_id': 2, 'box_xyxy': (0.7, 0.3, 0.8, 0.5), 'probabilities': SAD}
                fields['faces'].append(fields['faces'][0] | small)
            writer.write(time_ns, '/emotion/faces', FACES, fields)


def make_voice_bag(path: Path, detail: str) -> None:
    """Two seconds of a sad voice, in words of its own."""
    with BagWriter(path) as writer:
        for number in range(20):
            time_ns = START_NS + number * SECOND // 10
            fields = _voice(time_ns, SAD) | {'detail': detail}
            writer.write(time_ns, '/emotion/evidence', EVIDENCE, fields)


def make_speech_bag(path: Path, *topics: str) -> None:
    """Say hello on each of these topics."""
    with BagWriter(path) as writer:
        for number, topic in enumerate(topics):
            writer.write(START_NS + number * SECOND, topic, STRING, {'data': 'hello'})


def make_strange_bag(path: Path) -> None:
    """Six seconds in which everything comes that a node refuses, among what it takes."""
    with BagWriter(path) as writer:
        for number in range(30):
            time_ns = START_NS + number * SECOND // 5 + 7_000_000
            writer.write(time_ns, '/camera/image_raw', IMAGE, _frame(number, time_ns))
        for tenths, words in _SPEECH:
            time_ns = START_NS + tenths * SECOND // 10
            writer.write(time_ns, '/speech_to_text', STRING, {'data': words})
        for tenths, fields in _evidence():
            time_ns = START_NS + tenths * SECOND // 10 + 3
            writer.write(time_ns, '/emotion/evidence', EVIDENCE, fields)


_SPEECH = (
    (8, 'hello there, my friend'),
    (12, ''),
    (15, 'I am so happy today'),
    (16, 'I am so happy today'),
    (25, '   \t '),
    (31, 'this is terrible'),
    (32, 'This is terrible'),
)


def _frame(number: int, time_ns: int) -> Fields:
    """Nobody for two seconds, somebody for two, nobody again; some frames are broken."""
    fields = raw(_header(time_ns), BRIGHT if 10 <= number < 20 else BLACK)
    broken: dict[int, Fields] = {
        3: {'encoding': 'rgb99'},
        5: {'data': fields['data'][:100]},
        7: {'width': 0},
        9: {'header': _header(time_ns - 3 * SECOND)},
        11: {'header': _header(time_ns + SECOND)},
        13: {'header': {'stamp': {'sec': 0, 'nanosec': 0}}},
        15: {'header': {'stamp': {'sec': START_NS // SECOND, 'nanosec': 2 * SECOND}}},
        17: {'header': _header(time_ns - SECOND // 2)},
    }
    return fields | broken.get(number, {})


def _evidence() -> list[tuple[int, Fields]]:
    start = START_NS // SECOND
    return [
        (22, _voice(START_NS + 22 * SECOND // 10, SAD)),
        (23, _voice(START_NS + 23 * SECOND // 10, (NAN,) * 7)),
        (24, _voice(START_NS + 24 * SECOND // 10, (0.5,) * 7)),
        (26, _voice(START_NS + 9 * SECOND, SAD)),
        (27, _voice(START_NS + 1 * SECOND, SAD)),
        (28, _voice(START_NS, SAD) | {'header': {'stamp': {'sec': start, 'nanosec': 2 * SECOND}}}),
        (33, _voice(START_NS + 33 * SECOND // 10, SAD) | {'modality': ''}),
        (35, _voice(START_NS + 35 * SECOND // 10, SAD) | {'person_id': 'face_77'}),
        (36, _voice(START_NS + 36 * SECOND // 10, HAPPY) | {'quality': 0.01}),
    ]


def _faces(time_ns: int) -> Fields:
    face = {
        'face_id': 1,
        'box_xyxy': (0.4, 0.2, 0.6, 0.6),
        'detection_score': 0.9,
        'quality': 0.9,
        'probabilities': HAPPY,
    }
    return {'header': _header(time_ns), 'faces': [face]}


def _voice(time_ns: int, probabilities: tuple[float, ...]) -> Fields:
    return {
        'header': _header(time_ns),
        'modality': 'voice',
        'probabilities': probabilities,
        'quality': 1.0,
        'detail': 'Sad (88%)',
    }


def _header(time_ns: int) -> Fields:
    return {'stamp': to_stamp(time_ns), 'frame_id': 'camera'}
