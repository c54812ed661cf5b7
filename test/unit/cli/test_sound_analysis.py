# SPDX-License-Identifier: MIT
"""Segments of speech in a file: each once, with its time, as a table, as CSV and as JSON."""

import argparse
import json
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.cli.image.analyze import add_arguments
from emotion_ros.cli.main import main
from emotion_ros.cli.sound_analysis import (
    Segment,
    analyze_sound,
    classify_segments,
    print_segments,
)
from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.perception.voice.activity import EnergyDetector
from emotion_ros.perception.voice.classifier import VoicePrediction
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.pipeline import VoicePipeline
from emotion_ros.perception.voice.stream import AudioChunk

RATE = 16_000


class LoudIsAngry:
    """Finds what is loud angry and the rest sad."""

    name, sha256 = 'loud 1', '0' * 64

    def classify(self, samples: np.ndarray) -> VoicePrediction:
        """Return 80 % for one of two."""
        best = Emotion.ANGRY if np.abs(samples).max() > 0.5 else Emotion.SAD
        p = np.full(7, 0.2 / 6)
        p[best] = 0.8
        return VoicePrediction(p, speech=0.97)


def pipeline(config: VoiceConfig | None = None) -> VoicePipeline:
    return VoicePipeline(config or VoiceConfig(), LoudIsAngry(), EnergyDetector())


def sound(*parts: tuple[float, float]) -> AudioChunk:
    """Quiet noise with tones of these lengths (s) and levels, each after a second."""
    rng = np.random.default_rng(0)
    pieces = [rng.normal(0, 1e-3, 2 * RATE)]
    for seconds, level in parts:
        time = np.arange(round(seconds * RATE)) / RATE
        pieces += [level * np.sin(2 * np.pi * 300 * time), rng.normal(0, 1e-3, RATE)]
    samples = np.concatenate(pieces) * 32767
    return AudioChunk(samples.astype(np.int16), RATE, 1, 0.0, 'test')


TWO = sound((2.5, 0.9), (1.0, 0.2))


def segments(of: AudioChunk) -> list[Segment]:
    return [Segment('a.wav', report) for report in classify_segments(pipeline(), [of])]


def printed(of: AudioChunk, capsys, **form: bool) -> str:
    args = argparse.Namespace(**{'json': False, 'csv': False, **form})
    assert print_segments(segments(of), args) == len(segments(of))
    return str(capsys.readouterr().out)


def test_silence_has_no_segment(capsys) -> None:
    assert segments(sound()) == []
    assert printed(sound(), capsys) == ''


def test_each_segment_is_reported_once_although_it_is_classified_on_the_way() -> None:
    angry, sad = (segment.report for segment in segments(TWO))
    assert (angry.emotion, sad.emotion) == (Emotion.ANGRY, Emotion.SAD)
    assert angry.start_s == pytest.approx(2.0, abs=0.3)
    assert angry.end_s == pytest.approx(4.5, abs=0.3)
    assert sad.start_s == pytest.approx(5.5, abs=0.3)


def test_a_segment_that_is_cut_off_by_the_end_counts() -> None:
    cut = AudioChunk(TWO.samples[: 4 * RATE], RATE, 1, 0.0)
    (report,) = classify_segments(pipeline(), [cut])
    assert report.end_s == pytest.approx(4.0, abs=0.1)


def test_a_file_does_not_go_on_in_the_next_one() -> None:
    of = pipeline()
    first, second = (list(classify_segments(of, [TWO])) for _ in range(2))
    assert [(r.start_s, r.end_s) for r in first] == [(r.start_s, r.end_s) for r in second]


def test_the_table_has_a_row_per_segment(capsys) -> None:
    text = printed(TWO, capsys)
    assert [line for line in text.splitlines() if 'Angry (80%)' in line]
    assert [line for line in text.splitlines() if 'Sad (80%)' in line]


def test_csv_and_json_have_the_same_numbers(capsys) -> None:
    header, *lines = printed(TWO, capsys, csv=True).splitlines()
    assert header == 'source,from,to,reason,emotion,confidence,quality,' + ','.join(EMOTIONS)
    objects = [json.loads(line) for line in printed(TWO, capsys, json=True).splitlines()]
    assert len(lines) == len(objects) == 2
    for line, fields in zip(lines, objects, strict=True):
        cells = dict(zip(header.split(','), line.split(','), strict=True))
        assert cells['emotion'] == fields['emotion']
        assert float(cells['from']) == fields['from']
        assert float(cells['angry']) == fields['probabilities'][Emotion.ANGRY]


def write(path: Path, of: AudioChunk) -> str:
    with wave.open(str(path), 'wb') as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(of.samples.tobytes())
    return str(path)


def test_the_command_reads_sound_files(tmp_path: Path, capsys) -> None:
    path = write(tmp_path / 'talk.WAV', TWO)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    analyze_sound(parser.parse_args([path, path, '--json']), pipeline)
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 4
    assert captured.err == 'sound: 15.0 s, segments of speech: 4\n'
    cut = Path(write(tmp_path / 'cut.wav', TWO))
    cut.write_bytes(cut.read_bytes()[: 44 + 2 * 5 * RATE])
    analyze_sound(parser.parse_args([str(cut)]), pipeline)
    assert f'{cut}: damaged: ends at 5.0 s of 7.5 s\n' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('arguments', 'complaint'),
    [
        (['talk.wav', '-o', 'a.png'], 'no picture to write'),
        (['talk.wav', 'photo.jpg'], 'photo.jpg: is no sound'),
        (['gone.flac'], 'gone.flac'),
    ],
)
def test_what_cannot_be_used_is_one_line(
    arguments: Sequence[str], complaint: str, tmp_path: Path, capsys, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / 'talk.wav', TWO)
    assert main(['analyze', *arguments]) == 2
    assert complaint in capsys.readouterr().err
