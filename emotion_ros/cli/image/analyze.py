# SPDX-License-Identifier: MIT
"""``emotion-ros analyze``: emotions in pictures, a video, a webcam, sound or a line of text."""

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from heapq import merge
from pathlib import Path
from types import FrameType

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.cli.console import print_table
from emotion_ros.cli.image.analysis import (
    IMAGE_COLUMNS,
    ImageResult,
    image_records,
    image_rows,
    result_to_fields,
)
from emotion_ros.cli.image.image_sink import ImageSink, open_image_sink
from emotion_ros.cli.image.video_voice import VideoVoice
from emotion_ros.cli.sound_analysis import Segment, analyze_sound, holds_sound, is_sound_file
from emotion_ros.conversions.state_fields import to_json
from emotion_ros.errors import ConfigError
from emotion_ros.files.csv_table import write_csv
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FacePipeline, make_face_pipeline
from emotion_ros.perception.image.annotate import annotate_faces
from emotion_ros.perception.image.decode import rotate_image
from emotion_ros.perception.image.source import (
    ImageSource,
    Stream,
    Webcam,
    open_image_source,
)
from emotion_ros.perception.image.video_file import UnreadableVideo, Video
from emotion_ros.view.progress import with_progress
from emotion_ros.view.state_text import faces_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add = parser.add_argument
    add(
        'input',
        nargs='*',
        help='pictures and folders of them; or one video, webcam (its number or /dev/videoN) or '
        'stream (rtsp://, http://); or sound files (WAV; FLAC, OGG, MP3 with soundfile)',
    )
    texts = parser.add_mutually_exclusive_group()
    texts.add_argument('--text', metavar='TEXT', help='a line of text instead of images')
    texts.add_argument(
        '--text-file',
        type=Path,
        metavar='FILE',
        help='a text per line, or a transcript (SRT, WebVTT, JSON, CSV, ...); - is standard input',
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument('--json', action='store_true', help='one JSON line per image or segment')
    form.add_argument('--csv', action='store_true', help='one CSV line per face or segment')
    add(
        *('-o', '--output'),
        type=Path,
        metavar='FILE',
        help='also write an annotated picture (.jpg, .png) or video (.mp4, .avi)',
    )
    add('--force', action='store_true', help='replace FILE if it exists')
    add(
        '--sound-track',
        type=int,
        choices=range(64),
        metavar='N',
        help='track of the sound of a video (needs ffmpeg); default: 1 if there is one, 0: none',
    )
    add('--params', type=Path, metavar='FILE', help='parameter file of the nodes')


def run(args: argparse.Namespace) -> int:
    """Print the results; EmotionRosError when no input can be used."""
    if args.text is not None or args.text_file:
        from emotion_ros.cli import text_analysis  # pictures need no tokenizer

        is_file = args.text is None
        (text_analysis.analyze_text_file if is_file else text_analysis.analyze_text)(args)
    elif any(map(is_sound_file, args.input)):
        analyze_sound(args)
    else:
        try:
            analyze_images(args)
        except UnreadableVideo:
            if not holds_sound(args.input):
                raise
            analyze_sound(args)
    return 0


def analyze_images(args: argparse.Namespace) -> None:
    """Print the faces in the inputs, and write the annotated output if one is asked for."""
    if not args.input:
        raise ConfigError('give pictures, a folder, a video, a webcam, a stream, or --text')
    _check_output(args.output, args.input, args.force)
    params = ParamsFile(args.params)
    config = params.config('vision_node', VisionConfig)
    source = open_image_source(args.input)
    is_video = isinstance(source, Video)
    if args.sound_track and not is_video:
        raise ConfigError(f'--sound-track {args.sound_track}: the input is no video')
    voice = VideoVoice(Path(source.name), args.sound_track, params) if is_video else None
    counts = ImageCounts()
    with ExitStack() as stack:
        sink = stack.enter_context(open_image_sink(args.output, source)) if args.output else None
        pipeline = make_face_pipeline(config)
        stack.enter_context(_stopped_by_interrupt(source))
        results = stack.enter_context(
            with_progress(
                _results(source, pipeline, sink),
                source.count,
                'analyze',
                label=lambda image: faces_text(image.faces),
            )
        )
        images = counts.counted(results)
        segments = voice.segments() if voice else ()
        # A frame counts when it is shown, a segment when it is over; pictures stay in their order.
        time_s = lambda r: r.report.end_s if isinstance(r, Segment) else r.at_s or 0.0  # noqa: E731
        print_images(merge(images, segments, key=time_s), source.is_moving, args)
    print(counts, *source.notes, sep='\n', file=sys.stderr)
    if voice:
        print(voice, file=sys.stderr)


def _results(
    source: ImageSource, pipeline: FacePipeline, sink: ImageSink | None
) -> Iterator[ImageResult]:
    """Find the faces and draw them; a network that fails ends the command (InvalidInput)."""
    for sample in source.samples():
        if sample.image_bgr is None:
            yield ImageResult(sample.source, sample.at_s, error=sample.error)
            continue
        if not source.is_moving:
            pipeline.reset()
        report = pipeline.process(sample.image_bgr, sample.at_s or 0.0)
        if sink is not None:
            upright = rotate_image(sample.image_bgr, pipeline.config.rotate)
            sink.add(annotate_faces(upright, report.faces), sample.at_s or 0.0)
        yield ImageResult(sample.source, sample.at_s, report)


class ImageCounts:
    """Counts images, those with a face, and rejected ones by reason."""

    def __init__(self) -> None:
        self.images = 0
        self.with_face = 0
        self.rejected: Counter[str] = Counter()
        self._first_error = ''

    def counted(self, results: Iterable[ImageResult]) -> Iterator[ImageResult]:
        """Pass the images through and count them; ConfigError when none could be used."""
        for image in results:
            if image.error is None:
                self.images += 1
                self.with_face += bool(image.faces)
            else:
                self.rejected[image.error.reason] += 1
                self._first_error = self._first_error or f'{image.source}: {image.error}'
            yield image
        if not self.images:
            raise ConfigError(self._first_error or 'the input gave no image')

    def __str__(self) -> str:
        rejected = ', '.join(f'{n} {reason}' for reason, n in sorted(self.rejected.items()))
        first = f' (first: {self._first_error})' if rejected else ''
        used = f'images: {self.images}, with a face: {self.with_face}'
        return f'{used}, not used: {rejected or "none"}{first}'


def print_images(
    results: Iterable[ImageResult | Segment], is_moving: bool, args: argparse.Namespace
) -> None:
    """Print one JSON line per image or segment, or CSV or a table with a row per face or such."""
    if args.json:
        for result in results:
            print(to_json(result_to_fields(result)), flush=is_moving)
    elif args.csv:
        records = (record for result in results for record in image_records(result))
        write_csv(sys.stdout, IMAGE_COLUMNS, records)
    else:
        columns = ('image', 'time (s)', 'person', 'emotion', 'quality', 'detection', 'box (0..1)')
        print_table(columns, image_rows(results, is_moving))


@contextmanager
def _stopped_by_interrupt(source: ImageSource) -> Iterator[None]:
    """Let Ctrl-C stop a webcam or stream, which may have no other end, and print the results."""
    if not isinstance(source, (Webcam, Stream)):
        yield
        return

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        source.stop()

    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _check_output(output: Path | None, inputs: Sequence[str], force: bool) -> None:
    """ConfigError when the output is an input or in a folder that is one, or exists (no force)."""
    paths = [Path(name) for name in inputs]
    files = [f for path in paths for f in (path.iterdir() if path.is_dir() else [path])]
    if output and output.resolve() in {file.resolve() for file in files}:
        raise ConfigError(f'{output}: is an input and would be overwritten')
    if output and output.is_file() and not force:
        raise ConfigError(f'{output}: exists: choose another file, or --force')
