# SPDX-License-Identifier: MIT
"""``emotion-ros analyze`` for text: the sentiment and the emotion of each line."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.cli.console import print_table
from emotion_ros.cli.image.analysis import (
    TEXT_COLUMNS,
    text_record,
    text_rows,
    text_to_json_fields,
)
from emotion_ros.conversions.state_fields import Fields, to_json
from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.core.observations import describe
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.files.checked import decode_text, read_text
from emotion_ros.files.csv_table import write_csv
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextPipeline, TextReport, make_text_pipeline
from emotion_ros.perception.text.transcript.line import LINES, Line
from emotion_ros.perception.text.transcript.read import read_transcript
from emotion_ros.view.progress import with_progress
from emotion_ros.view.state_text import NOTHING

STANDARD_INPUT = Path('-')
TABLE = ('text', 'sentiment', 'emotion', 'not used')
PLACES = ('at', 'to', 'speaker')
APART_S = 60.0
"""Between two lines, so that the same line again is not taken for the echo of a recogniser."""


@dataclass(frozen=True)
class LineResult:
    """A line of a transcript, and its report or the reason why there is none."""

    line: Line
    report: TextReport | None
    reason: str

    def to_row(self) -> Sequence[str]:
        """Return the cells of a time, a speaker and TABLE."""
        at = NOTHING if self.line.at_s is None else f'{self.line.at_s:.1f}'
        place = at, self.line.speaker or NOTHING
        if self.report is None or self.reason:
            return *place, self.line.text, NOTHING, NOTHING, self.reason.replace('_', ' ')
        sentiment = describe(self.report.sentiment_probabilities, SENTIMENTS)
        emotion = describe(self.report.emotion_probabilities, EMOTIONS) or NOTHING
        return *place, self.report.text, sentiment, emotion, ''

    def to_fields(self) -> Fields:
        """Return a line of JSON: that of ``--text``, the time (s) and the speaker."""
        report = self.report
        fields = (
            text_to_json_fields(report)
            if report
            else {'text': self.line.text, 'reason': self.reason}
        )
        return fields | self._place()

    def to_record(self) -> Fields:
        """Return a row with TEXT_COLUMNS and PLACES as keys."""
        report = self.report
        record = text_record(report) if report else {'text': self.line.text, 'reason': self.reason}
        return record | self._place()

    def _place(self) -> Fields:
        return {'at': self.line.at_s, 'to': self.line.to_s, 'speaker': self.line.speaker}


def analyze_text(args: argparse.Namespace) -> None:
    """Print the result for a line of text; ConfigError when it cannot be used."""
    if args.input:
        raise ConfigError(
            f'--text takes one text, in quotes, and no images: {args.input[0]!r} is too much'
        )
    if args.output:
        raise ConfigError('--text has no picture to write: leave out --output')
    try:
        report = _make_pipeline(args).process(Utterance.from_text(args.text), 0.0)
    except InvalidInput as error:
        raise ConfigError(f'--text: {error}') from error
    if args.json:
        print(to_json(text_to_json_fields(report)))
    elif args.csv:
        write_csv(sys.stdout, TEXT_COLUMNS, [text_record(report)])
    else:
        print_table(('text', 'most likely', 'next'), text_rows(report))


def analyze_text_file(args: argparse.Namespace) -> None:
    """Print a result for every utterance in a file; ConfigError when there is none."""
    if args.input or args.output:
        raise ConfigError('--text-file takes one file: leave out images and --output')
    name = str(args.text_file)
    if args.text_file == STANDARD_INPUT:
        name = 'standard input'
        text = decode_text(sys.stdin.buffer.read(), name)
    else:
        text = read_text(args.text_file)
    transcript = read_transcript(text, name)
    if not transcript.lines:
        raise ConfigError(f'{args.text_file}: there is no text in it')
    if transcript.form != LINES:
        left_out = f'; without words: {transcript.left_out}' if transcript.left_out else ''
        number = len(transcript.lines)
        print(f'{name}: {transcript.form}, utterances: {number}{left_out}', file=sys.stderr)
    pipeline = _make_pipeline(args)
    with with_progress(
        analyze_lines(pipeline, transcript.lines), len(transcript.lines), 'analyze'
    ) as results:
        if args.json:
            for result in results:
                print(to_json(result.to_fields()))
        elif args.csv:
            columns = (*TEXT_COLUMNS, *PLACES)
            write_csv(sys.stdout, columns, (result.to_record() for result in results))
        else:
            _print_table(transcript.lines, results)


def analyze_lines(pipeline: TextPipeline, lines: Iterable[Line]) -> Iterator[LineResult]:
    """Yield a result for every line; one that is rejected has the reason."""
    for number, line in enumerate(lines):
        try:
            report = pipeline.process(Utterance.from_text(line.text), number * APART_S)
        except InvalidInput as error:
            yield LineResult(line, None, error.reason)
        else:
            yield LineResult(line, report, report.reason)


def _print_table(lines: Iterable[Line], results: Iterable[LineResult]) -> None:
    """Print times and speakers only where the file has some."""
    lines = list(lines)
    shown = [
        any(line.at_s is not None for line in lines),
        any(line.speaker for line in lines),
        *[True] * len(TABLE),
    ]
    rows = (tuple(compress(result.to_row(), shown)) for result in results)
    print_table(tuple(compress(('time (s)', 'speaker', *TABLE), shown)), rows)


def _make_pipeline(args: argparse.Namespace) -> TextPipeline:
    return make_text_pipeline(ParamsFile(args.params).config('sentiment_node', SentimentConfig))
