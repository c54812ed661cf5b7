# SPDX-License-Identifier: MIT
"""``emotion-ros models``: what is installed, what can be fetched, is it still intact."""

import argparse
import signal
from collections.abc import Callable
from pathlib import Path

from emotion_ros.cli.self_test import (
    Trial,
    try_detector,
    try_face_model,
    try_hub_model,
    try_text_model,
)
from emotion_ros.errors import InvalidInput, MissingDependency, ModelError
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.models.download import fetch
from emotion_ros.perception.models.file import packaged_weights
from emotion_ros.perception.models.registry import (
    STORED_MODELS,
    check_stored,
    find_stored,
    stored_model,
)
from emotion_ros.perception.text.classifier import HUB_PREFIX
from emotion_ros.view.progress import progress_bar

TRIALS = {
    'face_emotion': try_face_model,
    'text_emotion': try_text_model,
    'yunet': try_detector,
    'roberta': try_hub_model,
}
"""By the task of a packaged model, or by the name of a stored one."""


def add_parser(subparsers: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the sub-command; ``run`` is what it does."""
    parser = subparsers.add_parser('models', help='list, fetch and verify model files')
    verbs = parser.add_subparsers(dest='verb', required=True)
    verbs.add_parser('list', help='show the packaged models and those that can be fetched')
    verbs.add_parser('verify', help='check hash and card of every model and ask it one question')
    fetching = verbs.add_parser('fetch', help='download a model and check it')
    fetching.add_argument('name', choices=tuple(STORED_MODELS))
    fetching.add_argument('--to', type=Path, metavar='FOLDER', help='where to put it')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 when ``verify`` finds fault, EmotionRosError on failure."""
    if args.verb == 'fetch':
        return _fetch(args.name, args.to)
    return _list() if args.verb == 'list' else _verify()


def packaged_cards() -> list[Path]:
    """Return the cards of the packaged models (the fusion's settings are no card)."""
    folder = packaged_weights()
    return sorted(path for path in folder.glob('*.json') if path.stem.endswith('_emotion'))


def _fetch(name: str, folder: Path | None) -> int:
    """Download with a bar on stderr; being asked to stop leaves nothing behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    model = stored_model(name)
    with progress_bar() as bar:
        task = bar.add_task(name, total=model.size)
        entry = fetch(name, folder, on_bytes=lambda count: bar.update(task, advance=count))
    print(f'{name}: {entry}')
    if model.hub_name:
        where = entry if folder else model.hub_name
        print(f'use it with the parameter text_model: {HUB_PREFIX}{where}')
    return 0


def _list() -> int:
    for path in packaged_cards():
        card = load_card(path)
        print(f'{card.task:14} packaged, version {card.version}: {card.model_path}')
    for name, model in STORED_MODELS.items():
        where = find_stored(name) or f'not here; emotion-ros models fetch {name}'
        print(f'{name:14} {model.licence}, {model.size / 1e6:.1f} MB: {where}')
    return 0


def _verify() -> int:
    """Print one line per model; what was never fetched is no fault."""
    faults = 0
    for path in packaged_cards():
        faults += _verify_one(path, lambda path: TRIALS[load_card(path).task](path))
    for name in STORED_MODELS:
        if entry := find_stored(name):
            faults += _verify_one(entry, lambda entry, name=name: _try_stored(name, entry))
        else:
            print(f'absent   {name}')
    return 1 if faults else 0


def _try_stored(name: str, entry: Path) -> Trial:
    check_stored(name, entry)
    return TRIALS[name](entry)


def _verify_one(path: Path, attempt: Callable[[Path], Trial]) -> bool:
    """Print how a model stands; return whether there is a fault."""
    try:
        trial = attempt(path)
    except MissingDependency as error:
        print(f'intact   {path}; not tried: {error}')
        return False
    except (ModelError, InvalidInput) as error:
        print(f'damaged  {error}')
        return True
    if trial.passed:
        print(f'intact   {path}: {trial.question}: {trial.answer}')
    else:
        print(f'wrong    {path}: {trial.question}: {trial.answer}, expected {trial.expected}')
    return not trial.passed
