# SPDX-License-Identifier: MIT
"""``emotion-ros analyze``: what is seen in pictures, a video or a webcam, or heard in words."""

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.cli.analysis import (
    IMAGE_COLUMNS,
    TEXT_COLUMNS,
    Seen,
    image_records,
    image_rows,
    image_to_fields,
    text_record,
    text_rows,
    text_to_json_fields,
)
from emotion_ros.cli.analysis_output import print_csv, print_table, with_progress
from emotion_ros.cli.image_sink import AnnotatedFile, annotated_file
from emotion_ros.cli.image_source import Footage, Shot, Webcam, open_footage
from emotion_ros.conversions.state_fields import to_json
from emotion_ros.core.utterance import Utterance
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FacePipeline, make_face_pipeline
from emotion_ros.perception.image.annotate import annotate_faces
from emotion_ros.perception.image.decode import rotate_image
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextReport, make_text_pipeline


def add_parser(subparsers: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the sub-command; ``run`` is what it does."""
    parser = subparsers.add_parser('analyze', help='read pictures, a video, a webcam or a text')
    add = parser.add_argument
    add(
        'input',
        nargs='*',
        help='pictures (JPEG, PNG) and folders of them, or one video, or the number of a webcam',
    )
    add('--text', metavar='WORDS', help='a line of text instead')
    form = parser.add_mutually_exclusive_group()
    form.add_argument('--json', action='store_true', help='a JSON line per image')
    form.add_argument('--csv', action='store_true', help='a line per face')
    add(
        *('-o', '--output'),
        type=Path,
        metavar='FILE',
        help='annotated picture (.jpg, .png) or video (.mp4, .avi)',
    )
    add('--params', type=Path, metavar='FILE', help='parameter file, as for the nodes')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what was found; EmotionRosError when nothing that was given can be used."""
    if args.text is None:
        _watch(args)
    else:
        _read(args)
    return 0


def _read(args: argparse.Namespace) -> None:
    if args.input or args.output:
        raise ConfigError('--text goes with neither images nor --output')
    config = ParamsFile(args.params).config('sentiment_node', SentimentConfig)
    try:
        report = make_text_pipeline(config).process(Utterance.from_text(args.text), 0.0)
    except InvalidInput as error:
        raise ConfigError(f'--text: {error}') from error
    _print_text(report, args)


def _print_text(report: TextReport, args: argparse.Namespace) -> None:
    if args.json:
        print(to_json(text_to_json_fields(report)))
    elif args.csv:
        print_csv(TEXT_COLUMNS, [text_record(report)])
    else:
        print_table(('text', 'says', 'then'), text_rows(report))


def _watch(args: argparse.Namespace) -> None:
    if not args.input:
        raise ConfigError('give pictures, a folder, a video, the number of a webcam, or --text')
    _refuse_overwriting(args.output, args.input)
    config = ParamsFile(args.params).config('vision_node', VisionConfig)
    footage = open_footage(args.input)
    tally = Tally()
    with ExitStack() as stack:
        file = stack.enter_context(annotated_file(args.output, footage)) if args.output else None
        pipeline = make_face_pipeline(config)
        stack.enter_context(_interrupt_is_the_end(footage))
        seen = stack.enter_context(with_progress(_look(footage, pipeline, file), footage))
        _print_images(tally.watch(seen), footage.is_moving, args)
    print(tally, file=sys.stderr)


def _look(footage: Footage, pipeline: FacePipeline, file: AnnotatedFile | None) -> Iterator[Seen]:
    for shot in footage.shots():
        if not footage.is_moving:
            pipeline.reset()
        yield _see(shot, pipeline, file)


def _see(shot: Shot, pipeline: FacePipeline, file: AnnotatedFile | None) -> Seen:
    """Find the faces and draw them; a network that fails ends the command (InvalidInput)."""
    if shot.image_bgr is None:
        return Seen(shot.source, shot.at_s, error=shot.error)
    report = pipeline.process(shot.image_bgr, shot.at_s or 0.0)
    if file is not None:
        upright = rotate_image(shot.image_bgr, pipeline.config.rotate)
        file.add(annotate_faces(upright, report.faces), shot.at_s or 0.0)
    return Seen(shot.source, shot.at_s, report)


class Tally:
    """Counts images, those with a face, and those that could not be used, by reason."""

    def __init__(self) -> None:
        self.images = 0
        self.with_face = 0
        self.refused: Counter[str] = Counter()
        self._first_error = ''

    def watch(self, seen: Iterable[Seen]) -> Iterator[Seen]:
        """Pass the images through and count them; ConfigError when none could be used."""
        for image in seen:
            self._count(image)
            yield image
        if not self.images:
            raise ConfigError(self._first_error or 'not one image came')

    def __str__(self) -> str:
        refused = ', '.join(f'{n} {reason}' for reason, n in sorted(self.refused.items()))
        return (
            f'images: {self.images}, with a face: {self.with_face}, not used: {refused or "none"}'
        )

    def _count(self, image: Seen) -> None:
        if image.error is None:
            self.images += 1
            self.with_face += bool(image.faces)
            return
        self.refused[image.error.reason] += 1
        self._first_error = self._first_error or f'{image.source}: {image.error}'


def _print_images(seen: Iterable[Seen], is_moving: bool, args: argparse.Namespace) -> None:
    if args.json:
        for image in seen:
            print(to_json(image_to_fields(image)), flush=is_moving)
    elif args.csv:
        print_csv(IMAGE_COLUMNS, (record for image in seen for record in image_records(image)))
    else:
        columns = ('image', 'at', 'who', 'looks', 'quality', 'detection', 'box (0..1)')
        print_table(columns, image_rows(seen, is_moving))


@contextmanager
def _interrupt_is_the_end(footage: Footage) -> Iterator[None]:
    """Let Ctrl-C end a webcam, which has no other end; what was seen is printed."""
    if not isinstance(footage, Webcam):
        yield
        return

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        footage.stop()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _refuse_overwriting(output: Path | None, inputs: Sequence[str]) -> None:
    """ConfigError when the output is an input, or a file in a folder that is one."""
    if output and output.resolve() in {path.resolve() for path in _files(inputs)}:
        raise ConfigError(f'{output}: is an input and would be overwritten')


def _files(inputs: Sequence[str]) -> Iterator[Path]:
    for path in map(Path, inputs):
        yield from path.iterdir() if path.is_dir() else (path,)
