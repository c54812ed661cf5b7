# SPDX-License-Identifier: MIT
"""``emotion-ros analyze`` for text: the sentiment and the emotion of each line."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.cli.console import print_table
from emotion_ros.cli.image.analysis import (
    TEXT_COLUMNS,
    text_record,
    text_rows,
    text_to_json_fields,
)
from emotion_ros.conversions.state_fields import to_json
from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.core.observations import describe
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.files.checked import read_text
from emotion_ros.files.csv_table import write_csv
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextPipeline, TextReport, make_text_pipeline
from emotion_ros.view.state_text import NOTHING

STANDARD_INPUT = Path('-')
TABLE = ('text', 'sentiment', 'emotion', 'not used')
APART_S = 60.0
"""Between two lines, so that the same line again is not taken for the echo of a recogniser."""


@dataclass(frozen=True)
class Line:
    """A line of text, and its report or the reason why there is none."""

    text: str
    report: TextReport | None
    reason: str

    def to_row(self) -> Sequence[str]:
        """Return the cells of TABLE."""
        if self.report is None or self.reason:
            return self.text, NOTHING, NOTHING, self.reason.replace('_', ' ')
        sentiment = describe(self.report.sentiment_probabilities, SENTIMENTS)
        emotion = describe(self.report.emotion_probabilities, EMOTIONS) or NOTHING
        return self.report.text, sentiment, emotion, ''


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
    """Print a result for every line that is not blank; ConfigError when there is none."""
    if args.input or args.output:
        raise ConfigError('--text-file takes one file: leave out images and --output')
    try:
        is_file = args.text_file != STANDARD_INPUT
        text = read_text(args.text_file) if is_file else sys.stdin.read()
    except UnicodeDecodeError as error:
        raise ConfigError(f'standard input is not UTF-8: {error}') from error
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise ConfigError(f'{args.text_file}: there is no text in it')
    results = analyze_lines(_make_pipeline(args), lines)
    if args.json:
        for line in results:
            fields = {'text': line.text, 'reason': line.reason}
            print(to_json(text_to_json_fields(line.report) if line.report else fields))
    elif args.csv:
        records = (
            text_record(line.report) if line.report else {'text': line.text, 'reason': line.reason}
            for line in results
        )
        write_csv(sys.stdout, TEXT_COLUMNS, records)
    else:
        print_table(TABLE, (line.to_row() for line in results))


def analyze_lines(pipeline: TextPipeline, lines: Iterable[str]) -> Iterator[Line]:
    """Yield a result for every line; one that is rejected has the reason."""
    for number, text in enumerate(lines):
        try:
            report = pipeline.process(Utterance.from_text(text), number * APART_S)
        except InvalidInput as error:
            yield Line(text, None, error.reason)
        else:
            yield Line(text, report, report.reason)


def _make_pipeline(args: argparse.Namespace) -> TextPipeline:
    return make_text_pipeline(ParamsFile(args.params).config('sentiment_node', SentimentConfig))
