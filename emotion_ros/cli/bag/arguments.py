# SPDX-License-Identifier: MIT
"""The arguments of the commands that replay a bag."""

import argparse
import sys
from collections.abc import Iterable
from math import isfinite
from pathlib import Path

from emotion_ros.bag.replay_config import FROM_HEADER, STAMPS, ReplayOptions
from emotion_ros.bag.topics import SOURCES
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.errors import BagError, ConfigError


def add_bag_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a bag, and the arguments from which ``replay_options`` is made."""
    parser.add_argument('bag', type=Path, help='rosbag2 folder, or one .mcap or .db3 file')
    add_replay_arguments(parser)


def add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a replay, without the bag."""
    add = parser.add_argument
    add(
        '--from',
        dest='source',
        choices=SOURCES,
        default='',
        help='images: process the recorded images, sound and speech again; evidence: use the '
        'recorded emotion/faces, emotion/text and emotion/evidence, without networks (default: '
        'images, if the bag has some)',
    )
    add(
        '--without',
        action='append',
        default=[],
        metavar='MODALITY',
        help='leave out a modality, such as text; may be repeated',
    )
    add(
        '--weight',
        action='append',
        default=[],
        metavar='MODALITY=NUMBER',
        help='use another weight for a modality, such as face=0.3; may be repeated',
    )
    add(
        '--image-topic',
        default='',
        metavar='TOPIC',
        help='default: the only topic with images, or the one with the usual name',
    )
    add(
        '--speech-topic',
        default='',
        metavar='TOPIC',
        help='default: the one called speech_to_text or speech, in any namespace, or the one of a '
        'type that only speech has',
    )
    add(
        '--audio-topic',
        default='',
        metavar='TOPIC',
        help='default: the only topic with sound, or /audio; --without voice leaves it out',
    )
    add('--params', type=Path, metavar='FILE', help='parameter file of the nodes')
    add(
        '--stamps',
        choices=STAMPS,
        default=FROM_HEADER,
        help='receipt: use the times of receipt, for a bag whose headers are of another clock '
        '(default: header)',
    )


def replay_options(args: argparse.Namespace, bag: Path | None = None) -> ReplayOptions:
    """Return the options, for ``bag`` instead of ``args.bag`` if given.

    ConfigError for an invalid weight.
    """
    return ReplayOptions(
        bag=bag or args.bag,
        source=args.source,
        image_topic=args.image_topic,
        speech_topic=args.speech_topic,
        audio_topic=args.audio_topic,
        params=args.params,
        stamps=args.stamps,
        without=frozenset(args.without),
        weights=parse_weights(args.weight),
    )


def print_notes(notes: Iterable[str]) -> None:
    """Print lines for the user on standard error."""
    for note in notes:
        print(note, file=sys.stderr)


def raise_failure(failure: str) -> None:
    """BagError for what went wrong, after the output is complete."""
    if failure:
        raise BagError(failure)


def parse_weights(texts: Iterable[str]) -> dict[str, float]:
    """Return {modality: weight} from texts such as ``face=0.3``; ConfigError for others."""
    weights = {}
    for text in texts:
        name, _, number = text.partition('=')
        try:
            weight = float(number)
        except ValueError:
            weight = float('nan')
        if not name or not isfinite(weight):
            raise ConfigError(f'--weight {text!r} is not MODALITY=NUMBER, such as face=0.3')
        FusionConfig.specs()['other_weight'].check(f'--weight {name}', weight)
        weights[name] = weight
    return weights
