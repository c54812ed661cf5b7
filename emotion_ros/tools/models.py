"""``emotion-ros models``: what is installed, what can be fetched, is it still intact."""

import argparse
from pathlib import Path

from emotion_ros.core.errors import ModelError
from emotion_ros.inference.model_card import load_card
from emotion_ros.inference.model_file import packaged_weights
from emotion_ros.inference.model_store import STORED_MODELS, fetch, find_stored, read_stored


def add_parser(subparsers: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the sub-command; ``run`` is what it does."""
    parser = subparsers.add_parser('models', help='list, fetch and verify model files')
    verbs = parser.add_subparsers(dest='verb', required=True)
    verbs.add_parser('list', help='show the packaged models and those that can be fetched')
    verbs.add_parser('verify', help='check every model file against its sha256')
    fetching = verbs.add_parser('fetch', help='download a model and check it')
    fetching.add_argument('name', choices=tuple(STORED_MODELS))
    fetching.add_argument('--to', type=Path, metavar='FOLDER', help='where to put it')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 when ``verify`` finds a damaged file, EmotionRosError on failure."""
    if args.verb == 'fetch':
        print(f'{args.name}: {fetch(args.name, args.to)}')
        return 0
    return _list() if args.verb == 'list' else _verify()


def packaged_cards() -> list[Path]:
    """Return the cards of the packaged models (the fusion's settings are no card)."""
    folder = packaged_weights()
    return sorted(path for path in folder.glob('*.json') if path.stem.endswith('_emotion'))


def _list() -> int:
    for path in packaged_cards():
        card = load_card(path)
        print(f'{card.task:14} packaged, version {card.version}: {card.model_path}')
    for name, model in STORED_MODELS.items():
        where = find_stored(name) or f'not here; emotion-ros models fetch {name}'
        print(f'{name:14} {model.licence}, {model.size / 1e6:.1f} MB: {where}')
    return 0


def _verify() -> int:
    """Print one line per file; files that were never fetched are no damage."""
    damaged = 0
    for card in packaged_cards():
        damaged += _verify_one(card)
    for name in STORED_MODELS:
        if stored := find_stored(name):
            damaged += _verify_one(stored, name)
        else:
            print(f'absent   {name}')
    return 1 if damaged else 0


def _verify_one(path: Path, name: str = '') -> bool:
    """Print whether a stored model, or what a card describes, is intact; return if it is not."""
    try:
        if name:
            read_stored(name, path)
        else:
            load_card(path).read_model()
    except ModelError as error:
        print(f'damaged  {error}')
        return True
    print(f'intact   {path}')
    return False
