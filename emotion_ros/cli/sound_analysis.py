# SPDX-License-Identifier: MIT
"""``emotion-ros analyze`` for sound files: the emotion of each segment of speech."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.cli.console import print_table
from emotion_ros.conversions.state_fields import Fields, to_json
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError, MissingDependency
from emotion_ros.files.csv_table import write_csv
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.ffmpeg import EncodedSound
from emotion_ros.perception.voice.pipeline import VoicePipeline, VoiceReport, make_voice_pipeline
from emotion_ros.perception.voice.sound_file import cut_sound, read_sound
from emotion_ros.perception.voice.stream import AudioChunk, AudioStream

SUFFIXES = (
    *('.wav', '.flac', '.ogg', '.oga', '.opus', '.mp3', '.aif', '.aiff'),
    *('.m4a', '.aac', '.mka', '.wma', '.amr'),
)
CHUNK_S = 1.0
TABLE = ('sound', 'from (s)', 'to (s)', 'emotion', 'next', 'quality')
CSV = ('source', 'from', 'to', 'reason', 'emotion', 'confidence', 'quality', *EMOTIONS)
NOTHING = '–'


@dataclass(frozen=True)
class Segment:
    """A segment of speech in a file, and its emotion."""

    source: str
    report: VoiceReport

    def to_fields(self) -> Fields:
        """Return the segment as plain data; times in seconds from the beginning."""
        report = self.report
        return {
            'source': self.source,
            'from': report.start_s,
            'to': report.end_s,
            'reason': report.reason,
            'emotion': report.emotion.label,
            'confidence': report.confidence,
            'quality': report.quality,
            'probabilities': list(report.probabilities),
        }

    def to_record(self) -> Fields:
        """Return the same with a column for each emotion."""
        fields = self.to_fields()
        return fields | dict(zip(EMOTIONS, fields.pop('probabilities'), strict=True))

    def to_row(self) -> tuple[str, ...]:
        """Return the cells of TABLE."""
        report = self.report
        times = self.source, f'{report.start_s:.1f}', f'{report.end_s:.1f}'
        if report.reason:
            return (*times, NOTHING, report.reason.replace('_', ' '), NOTHING)
        ordered = sorted(zip(report.probabilities, EMOTIONS, strict=True), reverse=True)
        likeliest, second = (f'{name.capitalize()} ({p:.0%})' for p, name in ordered[:2])
        return (*times, likeliest, second, f'{report.quality:.2f}')


def is_sound_file(name: str) -> bool:
    """Return whether a file of this name is read as sound."""
    return name.lower().endswith(SUFFIXES)


def holds_sound(names: Sequence[str]) -> bool:
    """Return whether the only input is a file with sound, as ffmpeg finds it."""
    if len(names) != 1:
        return False
    with suppress(ConfigError, MissingDependency):
        return EncodedSound.open(Path(names[0])).tracks > 0
    return False


def analyze_sound(
    args: argparse.Namespace,
    make_pipeline: Callable[[VoiceConfig], VoicePipeline] = make_voice_pipeline,
) -> None:
    """Print the segments of speech in sound files; EmotionRosError when none can be used."""
    if args.output:
        raise ConfigError('sound has no picture to write: leave out --output')
    if args.sound_track:
        raise ConfigError(f'--sound-track {args.sound_track}: the input is no video')
    others = [name for name in args.input if not is_sound_file(name)]
    if others and len(args.input) > 1:
        raise ConfigError(f'{others[0]}: is no sound; analyze images apart from sound')
    config = ParamsFile(args.params).config('voice_node', VoiceConfig)
    damage: list[str] = []
    sounds = [(path, read_sound(Path(path), damage.append)) for path in args.input]
    pipeline = make_pipeline(config)
    segments = (
        Segment(path, report)
        for path, sound in sounds
        for report in classify_segments(pipeline, cut_sound(sound, CHUNK_S), config.channel)
    )
    number = print_segments(segments, args)
    length_s = sum(sound.duration_s for _, sound in sounds)
    of = f'sound: {length_s:.1f} s, segments of speech: {number}'
    print(of, *damage, sep='\n', file=sys.stderr)


def classify_segments(
    pipeline: VoicePipeline, chunks: Iterable[AudioChunk], channel: int = -1
) -> Iterator[VoiceReport]:
    """Yield the final report of each segment of speech; times from the beginning of the sound."""
    pipeline.reset()
    stream, latest = AudioStream(channel), None
    for chunk in chunks:
        for report in pipeline.process(*stream.add(chunk)):
            if latest and latest.start_s != report.start_s:
                yield latest
            latest = report
    for report in map(pipeline.classify, pipeline.finish()):
        if latest and latest.start_s != report.start_s:
            yield latest
        latest = report
    if latest:
        yield latest


def print_segments(segments: Iterable[Segment], args: argparse.Namespace) -> int:
    """Print a JSON line, a CSV line or a row of a table per segment; return their number."""
    if args.json:
        lines = [to_json(segment.to_fields()) for segment in segments]
        print(*lines, sep='\n', end='\n' if lines else '')
        return len(lines)
    if args.csv:
        return write_csv(sys.stdout, CSV, (segment.to_record() for segment in segments))
    rows = [segment.to_row() for segment in segments]
    print_table(TABLE, rows)
    return len(rows)
