# SPDX-License-Identifier: MIT
"""The figures on the model cards as Markdown: ``python docs/tools/model_figures.py``.

``--save`` writes them into docs/models.md, below the part that is written by hand.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.card import ModelCard, load_card

DOCUMENT = Path(__file__).parents[1] / 'models.md'
MARK = '<!-- From here on written by: python docs/tools/model_figures.py --save -->\n'
TITLES = {'face_emotion': 'Faces', 'text_emotion': 'Text', 'voice_emotion': 'Voice'}
METRIC_NAMES = {
    'uar': 'UAR',
    'uar_low': 'from',
    'uar_high': 'to',
    'ece15': 'ECE',
    'nll': 'NLL',
    'macro_f1': 'macro F1',
    'weighted_f1': 'weighted F1',
}


def main() -> None:
    """Print the figures; with ``--save``, write them too."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--save', action='store_true', help=f'write docs/{DOCUMENT.name}')
    figures = model_figures()
    print(figures, end='')
    if parser.parse_args().save:
        by_hand = DOCUMENT.read_text(encoding='utf-8').partition(MARK)[0]
        DOCUMENT.write_text(by_hand + MARK + figures, encoding='utf-8')


def model_figures() -> str:
    """Return the facts and metrics of the packaged model cards, without studies, as Markdown."""
    cards = [load_card(packaged_weights() / f'{name}.json') for name in TITLES]
    return ''.join(f'{line}\n' for card in cards for line in _lines(card))


def _lines(card: ModelCard) -> Iterator[str]:
    heads = ', '.join(f'{head.name} (temperature {head.temperature})' for head in card.outputs)
    size = card.model_path.stat().st_size / 1e6
    yield from ('', f'## {TITLES[card.task]}', '')
    yield f'`{card.file}`: {card.training.get("architecture")}.'
    yield f'{size:.1f} MB, version {card.version}, sha256 `{card.sha256[:12]}…`. Outputs: {heads}.'
    yield ''
    trained = (m for m in card.metrics if str(m['command']).startswith('python -m training.'))
    splits = dict.fromkeys((metric['split'], metric['n']) for metric in trained)
    yield from (f'- {split} ({n:,}): {_figures(card, split)}' for split, n in splits)


def _figures(card: ModelCard, split: object) -> str:
    return ', '.join(_figure(metric) for metric in card.metrics if metric['split'] == split)


def _figure(metric: Mapping[str, object]) -> str:
    name, value = str(metric['name']), float(str(metric['value']))
    return f'{METRIC_NAMES.get(name, name.replace("_", " "))} {value:.3f}'


if __name__ == '__main__':
    main()
