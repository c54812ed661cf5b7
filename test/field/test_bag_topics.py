# SPDX-License-Identifier: MIT
"""Cameras, recognisers and clocks as they are recorded."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotion_ros.bag.replay_config import ReplayOptions
from emotion_ros.bag.session_reader import read_session
from emotion_ros.bag.topics import VIDEO_TYPES
from emotion_ros.bag.types import COMPRESSED_IMAGE, IMAGE, STATE, STRING
from emotion_ros.bag.writer import BagWriter
from emotion_ros.cli.main import main
from emotion_ros.conversions.speech import CANDIDATES, LIVE_SPEECH, TRANSCRIPTION
from field_bags import evidence_rows, moved, write_rows
from golden import has_weights
from make_bag import START_NS, compressed, raw, to_stamp
from small_bags import BLACK, SECOND

pytestmark = pytest.mark.skipif(not has_weights(), reason='emotion_ros/weights has no networks')

FRAMES = 10
CAMERA = '/camera/image_raw'
Message = tuple[int, str, str, dict[str, Any]]
Capture = pytest.CaptureFixture[str]


def header(time_ns: int) -> dict[str, Any]:
    return {'stamp': to_stamp(time_ns), 'frame_id': 'camera'}


def camera(
    topic: str = CAMERA,
    *,
    is_raw: bool = True,
    encoding: str = 'bgr8',
    stamp: Callable[[int], int] = lambda time_ns: time_ns,
) -> list[Message]:
    """Return two seconds of a camera that sees nobody."""
    messages: list[Message] = []
    for number in range(FRAMES):
        time_ns = START_NS + number * SECOND // 5
        if is_raw:
            fields = raw(header(stamp(time_ns)), BLACK) | {'encoding': encoding}
            messages.append((time_ns, topic, IMAGE, fields))
        else:
            fields = compressed(header(stamp(time_ns)), BLACK)
            messages.append((time_ns, topic, COMPRESSED_IMAGE, fields))
    return messages


def said(topic: str, msg_type: str, *utterances: dict[str, Any]) -> list[Message]:
    """Return these messages, one every half second from the first one on."""
    return [
        (START_NS + (number + 1) * SECOND // 2, topic, msg_type, fields)
        for number, fields in enumerate(utterances)
    ]


def depth(encoding: str = '16UC1') -> list[Message]:
    """Return a depth camera; its 16UC1 can be read as grey, 32FC1 (metres) cannot."""
    image = np.full((48, 64), 1500, np.uint16 if encoding == '16UC1' else np.float32)
    image = image.view(np.uint8)
    fields = {'height': 48, 'width': 64, 'encoding': encoding, 'step': image.shape[1]}
    return [
        (time_ns, '/depth/image_rect_raw', IMAGE, {'header': h} | fields | {'data': image.ravel()})
        for time_ns in range(START_NS, START_NS + 2 * SECOND, SECOND // 5)
        if (h := header(time_ns))
    ]


def write(path: Path, *sources: Iterable[Message]) -> Path:
    with BagWriter(path) as writer:
        for message in sorted((m for source in sources for m in source), key=lambda m: m[:2]):
            writer.write(*message)
    return path


def replay(capsys: Capture, bag: Path, *options: str) -> tuple[int, list[dict[str, Any]], str]:
    code = main(['replay', str(bag), '--json', *options])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


@pytest.mark.parametrize(
    ('sources', 'options', 'chosen'),
    [
        ([camera(), camera(f'{CAMERA}/compressed', is_raw=False)], '', CAMERA),
        ([camera('/usb/x'), camera('/usb/x/compressed', is_raw=False)], '', '/usb/x'),
        ([camera('/r1/cam/image'), camera('/r1/emotion/debug_image')], '', '/r1/cam/image'),
        ([camera('/a', is_raw=False), camera('/a/compressedDepth', is_raw=False)], '', '/a'),
        ([camera('/a'), camera('/a/zstd', is_raw=False)], '', '/a'),
        ([camera('/a'), camera('/a/h264', is_raw=False)], '', '/a'),
        ([camera('/a'), camera('/b')], '--image-topic b', '/b'),
        ([camera('/a/image_raw'), camera('/b')], '--image-topic /a', '/a/image_raw'),
        (
            [camera('/a/image_raw/compressed', is_raw=False), camera('/b')],
            '--image-topic /a/image_raw',
            '/a/image_raw/compressed',
        ),
    ],
)
def test_the_camera_that_is_taken(
    sources: list[list[Message]], options: str, chosen: str, tmp_path: Path, capsys: Capture
) -> None:
    code, _, err = replay(capsys, write(tmp_path / 'bag', *sources), *options.split())
    assert code == 0
    assert f'replaying {chosen} ({FRAMES})' in err


# Source; stamp of an image by its time of receipt.
CLOCKS: dict[str, Callable[[int], int]] = {
    'rosbag2 764, simulated clock': lambda time_ns: time_ns - START_NS + 12 * SECOND,
    'rosbag2 1056, recorded again': lambda time_ns: time_ns - 365 * 86_400 * SECOND,
    'late by 1.5 s': lambda time_ns: time_ns - 3 * SECOND // 2,
    'ahead by 0.8 s': lambda time_ns: time_ns + 8 * SECOND // 10,
}


@pytest.mark.parametrize('clock', CLOCKS)
def test_stamps_of_another_clock(clock: str, tmp_path: Path, capsys: Capture) -> None:
    words = said('/speech', STRING, {'data': 'I am so happy today'})
    bag = write(tmp_path / 'bag', camera(stamp=CLOCKS[clock]), words)
    code, _, err = replay(capsys, bag)
    assert code == 2
    assert f'{CAMERA}: all {FRAMES} messages are refused' in err
    assert '--stamps receipt' in err
    expected = replay(capsys, write(tmp_path / 'base', camera(), words))
    assert replay(capsys, bag, '--stamps', 'receipt')[:2] == expected[:2]
    assert main(['report', str(bag), '-o', str(tmp_path / 'report.html')]) == 2
    assert (tmp_path / 'report.html').is_file()
    assert '--stamps receipt' in capsys.readouterr().err


def test_recorded_faces_of_another_clock(tmp_path: Path, capsys: Capture) -> None:
    rows = moved(evidence_rows(), lambda _, time_ns: time_ns + 100 * SECOND)
    bag = write_rows(tmp_path / 'bag', rows)
    code, _, err = replay(capsys, bag)
    assert (code, '100 s older than their receipt' in err) == (2, True)
    assert replay(capsys, bag, '--stamps', 'receipt')[0] == 0


@pytest.mark.parametrize(
    ('sources', 'remedy'),
    [
        ([depth('32FC1')], 'record a colour or grey camera'),
        ([camera(encoding='rgb99')], 'record a colour or grey camera'),
        ([depth('32FC1'), camera('/c')], 'choose among /c with --image-topic'),
    ],
)
def test_images_that_are_none(
    sources: list[list[Message]], remedy: str, tmp_path: Path, capsys: Capture
) -> None:
    bag = write(tmp_path / 'bag', *sources)
    code, _, err = replay(capsys, bag, '--image-topic', sources[0][0][1])
    assert code == 2
    assert '10 unsupported_encoding' in err
    assert remedy in err


SAD = 'this is terrible'
VOICE = '/humans/voices/anonymous_speaker/speech'
# Topic, type, messages: one of them is the sentence, at 1 s; the rest is none.
RECOGNISERS: list[tuple[str, str, list[dict[str, Any]]]] = [
    ('/speech_to_text', STRING, [{}, {'data': SAD}]),
    (VOICE, LIVE_SPEECH, [{'incremental': 'this is'}, {'final': SAD, 'confidence': 0.9}]),
    (
        '/speech_to_text',
        CANDIDATES,
        [{}, {'transcript': [SAD, 'bliss'], 'confidence': [0.9, 0.1]}],
    ),
    ('/whisper/transcription', TRANSCRIPTION, [{}, {'text': SAD}]),
]


@pytest.mark.parametrize(('topic', 'msg_type', 'messages'), RECOGNISERS)
def test_words_of_every_recogniser(
    topic: str, msg_type: str, messages: list[dict[str, Any]], tmp_path: Path, capsys: Capture
) -> None:
    bag = write(tmp_path / 'bag', camera(), said(topic, msg_type, *messages))
    code, states, err = replay(capsys, bag)
    assert code == 0
    assert f'{topic} (2)' in err
    details = {e['detail'] for state in states for e in state['evidence']}
    assert any(detail.startswith('Negative') for detail in details)
    session = read_session(ReplayOptions(bag))
    assert [line.words for line in session.transcript if line.words] == [SAD]
    assert main(['explain', str(bag), '--at', '1.5']) == 0


def test_a_live_speech_counts_from_its_stamp(tmp_path: Path, capsys: Capture) -> None:
    fields = {'final': SAD, 'header': header(START_NS + SECOND // 4)}
    bag = write(tmp_path / 'bag', camera(), said(VOICE, LIVE_SPEECH, fields))
    _, states, _ = replay(capsys, bag)
    stamps = {
        e['header']['stamp'] for s in states for e in s['evidence'] if e['modality'] == 'text'
    }
    assert stamps == {START_NS / SECOND + 0.25}
    _, states, _ = replay(capsys, bag, '--stamps', 'receipt')
    stamps = {
        e['header']['stamp'] for s in states for e in s['evidence'] if e['modality'] == 'text'
    }
    assert stamps == {START_NS / SECOND + 0.5}


@pytest.mark.parametrize(
    'command', ['replay', 'report', 'explain --at 1', 'policy --rules r.yaml']
)
def test_speech_that_is_left_out_is_named(
    command: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path('r.yaml').write_text('- {behaviour: cheer, emotion: happy}')
    model = said('/robot_description', STRING, {'data': '<robot/>'})
    write(Path('bag'), camera(), said('/transcription', STRING, {'data': SAD}), model)
    name, *options = command.split()
    assert main([name, 'bag', *options]) == 0
    err = capsys.readouterr().err
    assert (
        'no words: /transcription (std_msgs/msg/String) may be speech: '
        '--speech-topic /transcription' in err
    )
    assert 'robot_description' not in err
    assert main([name, 'bag', *options, '--speech-topic', '/transcription']) == 0
    assert 'no words' not in capsys.readouterr().err


@pytest.mark.parametrize(
    ('topic', 'msg_type', 'source'),
    [
        ('/a/image_raw/ffmpeg', VIDEO_TYPES[0], 'ffmpeg_image_transport 5'),
        ('/camera/video', VIDEO_TYPES[1], 'ffmpeg_image_transport 22'),
        ('/a/image_raw/theora', VIDEO_TYPES[2], 'image_transport_plugins'),
    ],
)
@pytest.mark.parametrize('has_words', [True, False])
def test_a_camera_that_is_video_is_named(
    topic: str, msg_type: str, source: str, has_words: bool, tmp_path: Path, capsys: Capture
) -> None:
    words = said('/speech', STRING, {'data': SAD}) if has_words else []
    bag = write(tmp_path / 'bag', camera(topic, is_raw=False), words)
    with closing(sqlite3.connect(next(bag.glob('*.db3')))) as storage, storage:
        storage.execute('UPDATE topics SET type = ? WHERE name = ?', (msg_type, topic))
    metadata = bag / 'metadata.yaml'
    metadata.write_text(metadata.read_text().replace(COMPRESSED_IMAGE, msg_type))
    code, states, err = replay(capsys, bag)
    assert (code, bool(states)) == ((0, True) if has_words else (2, False)), source
    assert f'{topic} is video: decode it' in err


def test_video_among_compressed_images_is_named(tmp_path: Path, capsys: Capture) -> None:
    """Source: usb_cam 144; the format of a robot dog."""
    video = camera('/a/image_raw/h264', is_raw=False)
    for *_, fields in video:
        fields['data'] = np.frombuffer(b'\0\0\0\1\x67\x42' + bytes(99), np.uint8)
    code, _, err = replay(capsys, write(tmp_path / 'bag', video))
    assert code == 2
    assert 'all 10 messages are refused (10 unsupported_encoding): if it is video, decode' in err


def test_words_that_are_all_refused_are_named_and_no_failure(
    tmp_path: Path, capsys: Capture
) -> None:
    code, _, err = replay(capsys, write(tmp_path / 'bag', camera(), said('/speech', STRING, {})))
    assert code == 0
    assert '/speech: all 1 messages are refused (1 empty)' in err


def test_the_states_of_one_of_two_robots(tmp_path: Path, capsys: Capture) -> None:
    """The report takes no guess; see test/ros/test_testing.py for the fixture."""
    states = [(START_NS, f'/r{number}/emotion_state', STATE, {}) for number in (1, 2)]
    assert main(['report', str(write(tmp_path / 'bag', states))]) == 2
    assert 'several robots (/r1/emotion_state, /r2/emotion_state)' in capsys.readouterr().err
