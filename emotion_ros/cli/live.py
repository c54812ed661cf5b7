# SPDX-License-Identifier: MIT
"""``emotion-ros live``: webcam, typed words and microphone in the browser, without ROS."""

import argparse
import os
import select
import signal
import sys
import webbrowser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event, Thread

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.cli.arguments import free_port, port
from emotion_ros.core.observations import SentimentResult
from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.errors import ConfigError, InvalidInput, MissingDependency
from emotion_ros.live.camera_feed import CameraFeed
from emotion_ros.live.pipelines import load_pipelines
from emotion_ros.live.scripted_person import ScriptedPerson
from emotion_ros.live.session import HOST, LiveSession
from emotion_ros.live.sound_feed import MicrophoneFeed, SoundFileFeed, VideoSoundFeed
from emotion_ros.runtime.worker import busy_threads, report_exceptions
from emotion_ros.view.vocabulary import REJECT_WORDS
from emotion_ros.web.config import DashboardConfig

WEBCAM, DEMO, NONE = '0', 'demo', 'none'
ONLY_SCRIPT = 'No camera: this is the scripted person of the demo, silent when you type.'
ONLY_WORDS = 'No camera: only typed words count.'
ONLY_SOUND = 'No camera: only the voice and typed words count.'
POLL_S = 0.2
READ_BYTES = 65536

Feed = CameraFeed | ScriptedPerson | None
Sound = MicrophoneFeed | SoundFileFeed | VideoSoundFeed | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add = parser.add_argument
    add(
        '--camera',
        metavar='SOURCE',
        help='webcam (number or /dev/videoN), video file (over and over, with its sound), stream '
        f'(rtsp://, http://), {DEMO} (the scripted person) or {NONE}; default: webcam 0, or '
        f'{DEMO} without one',
    )
    sound = parser.add_mutually_exclusive_group()
    sound.add_argument(
        '--microphone',
        metavar='DEVICE',
        nargs='?',
        const='',
        help='also the voice: number or part of the name of a device; default: that of the system',
    )
    sound.add_argument(
        '--audio',
        type=Path,
        metavar='FILE',
        help='the voice of a sound file, played over and over',
    )
    add('--no-text', action='store_true', help='take no typed words')
    add('--port', type=port, metavar='N', help='port of the page (default: a free one, from 8080)')
    add('--open', action='store_true', help='also open the page in the browser')
    add('--params', type=Path, metavar='FILE', help='parameter file of the nodes')


def run(args: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C or SIGTERM."""
    if args.camera == NONE and args.no_text and args.microphone is None and not args.audio:
        raise ConfigError(f'--camera {NONE} and --no-text leave nothing to show')
    busy_before = busy_threads()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # in the background, no line can be read
    try:
        serve(args)
    except KeyboardInterrupt:
        print('\nstopped' if sys.stdout.isatty() else 'stopped', flush=True)  # after ^C
    finally:
        signal.signal(signal.SIGTERM, before)
    if busy_threads() - busy_before:
        os._exit(0)  # a thread that comes back from a camera while Python ends would abort it
    return 0


def serve(args: argparse.Namespace) -> None:
    """Open the camera, load the models and serve the page until KeyboardInterrupt."""
    params = ParamsFile(args.params)
    sound: Sound = open_sound(args.microphone, args.audio)
    feed = open_feed(args.camera, NONE if sound else DEMO)
    sound = sound or open_sound_of(feed)
    session = LiveSession(
        args.port or free_port(HOST, DashboardConfig().port),
        partial(load_pipelines, params, with_text=not args.no_text, with_voice=bool(sound)),
        camera=feed.name if feed else 'no camera',
        on_error=print_error,
    )
    if not isinstance(feed, CameraFeed):
        without = ONLY_SOUND if sound else ONLY_WORDS
        session.notice = ONLY_SCRIPT if feed else without
    try:
        listen = partial(sound.play, on_chunk=session.add_sound) if sound else None
        session.start(play(feed, session), listen)
        print(session.server.url)
        print('Open this link in a browser. ', end='')
        print('' if args.no_text else 'Type a sentence there or here. ', end='')
        print('/pause [ID] and /resume [ID] switch the analysis of a person off and on.')
        print('Ctrl-C stops; nothing is stored.', flush=True)
        if sys.stdin:
            read = partial(read_lines, partial(take_line, session))
            Thread(target=report_exceptions, args=(read, print_error), daemon=True).start()
        if args.open and not webbrowser.open(session.server.url):
            print('no browser found: open the link yourself', flush=True)
        Event().wait()
    finally:
        session.stop()


def open_feed(camera: str | None, otherwise: str = DEMO) -> Feed:
    """Return the open feed of a camera, None for NONE; ConfigError when it cannot be opened.

    Without a choice it is webcam 0, or ``otherwise`` when there is no webcam: the scripted person
    of the demo is not shown beside the voice of another.
    """
    if camera == NONE:
        return None
    if camera == DEMO:
        return ScriptedPerson(packaged_storyboard())
    try:
        return CameraFeed(camera or WEBCAM)
    except ConfigError as error:
        if camera:
            raise
        instead = 'showing the scripted person' if otherwise == DEMO else 'no camera'
        print(f'{error}: {instead} instead (--camera takes another source)')
        return open_feed(otherwise)


def open_sound_of(feed: Feed) -> VideoSoundFeed | None:
    """Return the sound of a video that is played, in step with it; print why there is none."""
    if not isinstance(feed, CameraFeed) or feed.video is None:
        return None
    try:
        sound = VideoSoundFeed(feed.video, partial(print, flush=True))
    except (ConfigError, MissingDependency) as error:
        print(f'the video is played without sound: {error}', flush=True)
        return None
    feed.on_begin = sound.begin
    return sound


def open_sound(device: str | None, file: Path | None) -> MicrophoneFeed | SoundFileFeed | None:
    """Return the open sound, None when none is wanted; EmotionRosError if it cannot be opened."""
    if file is not None:
        return SoundFileFeed(file, partial(print, flush=True))
    return None if device is None else MicrophoneFeed(device)


def play(feed: Feed, session: LiveSession) -> Callable[[Event], None] | None:
    """Return the function that plays a feed to a session; None without a feed."""
    if isinstance(feed, CameraFeed):
        on_problem = partial(show_problem, session, feed.name)
        return partial(feed.play, on_image=session.add_image, on_problem=on_problem)
    if feed:
        return partial(feed.play, on_image=session.add_image, on_words=session.add_scripted_words)
    return None


def show_problem(session: LiveSession, name: str, problem: str) -> None:
    """Show in the page that the camera is lost; print one line when it is lost, or back."""
    if bool(problem) != bool(session.notice):
        print(f'{name}: {problem or "the camera is back"}', flush=True)
    session.notice = f'{problem[0].upper()}{problem[1:]}.' if problem else ''


def take_line(session: LiveSession, line: str) -> None:
    """Let the session take a typed line; print the result, or why a command is none."""
    try:
        session.add_typed_words(line, print_result)
    except InvalidInput as error:
        print(error, flush=True)


def print_result(result: SentimentResult) -> None:
    """Print the sentiment of a line that was typed here, or why it does not count."""
    if result.reject_reason:
        reason = result.reject_reason
        print(f'not used: {REJECT_WORDS.get(reason, reason)}', flush=True)
    else:
        print(f'{result.sentiment.label} {result.confidence:.0%}', flush=True)


def print_error(error: Exception) -> None:
    """Print what a model or a thread raised."""
    print(f'error: {error}', file=sys.stderr, flush=True)


def read_lines(on_line: Callable[[str], None]) -> None:
    """Call ``on_line`` with every line of standard input that is not blank, until its end.

    It is polled: Python cannot end while a thread waits inside ``sys.stdin``.
    """
    rest = b''
    while True:
        if not select.select([sys.stdin], [], [], POLL_S)[0]:
            continue
        try:
            data = os.read(sys.stdin.fileno(), READ_BYTES)
        except OSError:  # the terminal is gone, or this process runs in its background
            return
        *lines, rest = (rest + data).split(b'\n') if data else (rest, b'')
        for line in lines:
            if words := line.decode(errors='replace').strip():
                on_line(words)
        if not data:
            return
        rest = rest[-READ_BYTES:]
