# SPDX-License-Identifier: MIT
"""``emotion-ros models``: list, download, verify and describe model files."""

import argparse
import signal
from pathlib import Path

from emotion_ros.cli import model_card
from emotion_ros.cli.self_test import (
    check_detector,
    check_face_model,
    check_hub_model,
    check_text_model,
    check_voice_model,
)
from emotion_ros.errors import InvalidInput, MissingDependency, ModelError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.models.download import fetch
from emotion_ros.perception.models.registry import (
    EXTERNAL_MODELS,
    external_model,
    find_model,
    verify_model,
)
from emotion_ros.perception.text.classifier import HUB_PREFIX
from emotion_ros.view.progress import progress_bar

SELF_TESTS = {
    'face_emotion': check_face_model,
    'text_emotion': check_text_model,
    'voice_emotion': check_voice_model,
    'yunet': check_detector,
    'roberta': check_hub_model,
}
"""By the task of a packaged model or the name of an external one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    verbs = parser.add_subparsers(dest='verb', metavar='ACTION', required=True)
    verbs.add_parser('list', help='list the packaged models and those that can be downloaded')
    card = verbs.add_parser('card', help='write the card of your own face network')
    model_card.add_arguments(card)
    verbs.add_parser('verify', help='check hash and card of every model and run it once')
    fetching = verbs.add_parser('fetch', help='download a model and verify it')
    fetching.add_argument(
        'name',
        choices=tuple(EXTERNAL_MODELS),
        help='yunet: face detector, 0.2 MB; roberta: text sentiment network, 502 MB',
    )
    fetching.add_argument(
        '--to',
        type=Path,
        metavar='FOLDER',
        help='default: $EMOTION_ROS_MODELS, else ~/.cache/emotion_ros',
    )


def run(args: argparse.Namespace) -> int:
    """Run the verb; return 1 when ``verify`` finds a fault, EmotionRosError on failure."""
    if args.verb == 'card':
        return model_card.write_card(args)
    if args.verb == 'fetch':
        return fetch_model(args.name, args.to)
    return list_models() if args.verb == 'list' else verify_models()


def packaged_cards() -> list[Path]:
    """Return the cards of the packaged models (fusion.json is not one)."""
    folder = packaged_weights()
    return sorted(path for path in folder.glob('*.json') if path.stem.endswith('_emotion'))


def fetch_model(name: str, folder: Path | None) -> int:
    """Download with a bar on stderr; SIGTERM and Ctrl-C leave no file behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    model = external_model(name)
    with progress_bar() as bar:
        task = bar.add_task(name, total=model.size)
        entry = fetch(name, folder, on_bytes=lambda count: bar.update(task, advance=count))
    print(f'{name}: {entry}')
    if model.hub_name:
        where = entry if folder else model.hub_name
        print(f'use it with the parameter text_model: {HUB_PREFIX}{where}')
    return 0


def list_models() -> int:
    """Print one line per model: packaged or not, version or licence, and where it is."""
    for path in packaged_cards():
        card = load_card(path)
        print(f'{card.task:14} packaged, version {card.version}: {card.model_path}')
    for name, model in EXTERNAL_MODELS.items():
        where = find_model(name) or f'not here; emotion-ros models fetch {name}'
        print(f'{name:14} {model.licence}, {model.size / 1e6:.1f} MB: {where}')
    return 0


def verify_models() -> int:
    """Print one line per model; a model that was not downloaded is not a fault."""
    faults = 0
    for path in packaged_cards():
        faults += _verify_one(path)
    for name in EXTERNAL_MODELS:
        if entry := find_model(name):
            faults += _verify_one(entry, name)
        else:
            print(f'absent   {name}')
    return 1 if faults else 0


def _verify_one(path: Path, external_name: str = '') -> bool:
    """Print the state of a model, packaged unless named; return whether there is a fault."""
    try:
        if external_name:
            verify_model(external_name, path)
        result = SELF_TESTS[external_name or load_card(path).task](path)
    except MissingDependency as error:
        print(f'intact   {path}; not run: {error}')
        return False
    except (ModelError, InvalidInput) as error:
        print(f'damaged  {error}')
        return True
    if result.passed:
        print(f'intact   {path}: {result.input}: {result.output}')
    else:
        print(f'wrong    {path}: {result.input}: {result.output}, expected {result.expected}')
    return not result.passed
