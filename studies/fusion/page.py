# SPDX-License-Identifier: MIT
"""The measured figures as Markdown: the second part of README.md in this folder."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Values = Mapping[str, Any]

SUMMARY = {
    'detect_s_median': ('detect, median (s)', '≤ 0.7'),
    'hold': ('hold', '≥ .92'),
    'clear_s_median': ('clear, median (s)', '≤ 1.5'),
    'false_switches_per_min': ('false switches / min', '≤ 2'),
}
VARIANTS = {
    'before': 'each frame by itself',
    'label_only': 'stable label, no filter',
    'ema': 'stable label, EMA',
    'hmm': '**stable label, HMM (default)**',
    'hmm_without_words': 'the same, nothing said',
}


def to_markdown(measured: Values) -> str:
    """Return all sections; pictures are in docs/figures."""
    card = measured['card']
    sections = (
        f'Weights of face {card["weights"]["face"]:g} and text {card["weights"]["text"]:g}, '
        f'temperature {card["temperature"]:g} (`emotion_ros/weights/fusion.json`).',
        _votes(measured['votes']),
        _weights(measured['weights']),
        _sequences(measured['sequences']),
        _temperature(measured['temperature']),
        _quality(measured['quality']),
    )
    return '\n\n'.join(sections) + '\n'


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; None is a dash, numbers have three decimals."""
    body = [[_cell(value) for value in row] for row in rows]
    marks = ['---', *['--:'] * (len(head) - 1)]
    return '\n'.join(f'| {" | ".join(line)} |' for line in (list(head), marks, *body))


def _cell(value: object) -> str:
    if value is None:
        return '–'
    if isinstance(value, float):
        return f'{value:.3f}' if abs(value) < 10 else f'{value:.1f}'
    return str(value)


def _interval(values: Sequence[float]) -> str:
    mean, low, high = values
    return f'{mean:.3f} ({low:.3f} to {high:.3f})'


def _picture(title: str, name: str) -> str:
    return f'![{title}](../../docs/figures/fusion_{name}.svg)'


def _votes(of: Values) -> str:
    pool, labels = of['fit']['methods']['pool'], of['fit']['labels']
    share, label = max(zip(pool['prior'], labels, strict=True))
    rows = [(name, *figures.values()) for name, figures in of['fit']['cross_fitted'].items()]
    return f"""### 1. Crowd votes

{of['n']} clips. Fitted pool: weights {pool['weights']['voice']:.2f} (voice) and
{pool['weights']['face']:.2f} (face), {pool['smoothing']:.2f} votes added to every count, prior
largest for *{label}* ({share:.2f}).

{table(('method', 'agreement', 'NLL', 'KL', 'ECE'), rows)}

{_picture('Methods', 'votes')}"""


def _weights(of: Values) -> str:
    together, solo, free = of['weights'], of['alone'], of['weights_without_limit']
    rows = [
        (name, f['n'], _interval(f['accuracy']), f['nll'], f['ece15'], f['conflict'])
        for name, f in of['situations'].items()
    ]
    changed = [
        (f'{row["of"]} × {row["factor"]:g}', row['accuracy'], row['nll'], row['ece15'])
        for row in of['sensitivity']
    ]
    return f"""### 2. Label-matched pairs

{of['faces']} faces, {of['utterances']} utterances. Fitted weights: alone face
{solo['face']:.3f}, text {solo['text']:.3f}; together face {together['face']:.3f}, text
{together['text']:.3f} with a sum of at most {of['sharpness']:g}; without that limit
{free['face']:.2f} and {free['text']:.2f}. The crowd votes are fitted best by a sum of
{of['cremad_sharpness']:.2f}.

{table(('situation', 'pairs', 'accuracy', 'NLL', 'ECE', 'conflict'), rows)}

{_picture('Situations', 'situations')}

Gain in accuracy of both over the face alone: {_interval(of['gain_over_face'])}; over words
alone: {_interval(of['gain_over_words'])}.

Sensitivity (both, all pairs, in sample):

{table(('changed', 'accuracy', 'NLL', 'ECE'), changed)}"""


def _sequences(of: Values) -> str:
    targets = of['one_face']['hmm']['targets']['segments']
    return f"""### 3. Over time

{of['sequences']} sequences, {of['segments']} segments, {of['frames']} frames, {of['utterances']}
utterances.

{_picture('Example', 'example')}

#### One face per segment (headline)

{targets} of {of['segments']} segments have a still that is classified correctly:

{_targets(of['one_face'])}

All segments:

{_all_segments(of['one_face'])}

#### A new face in every frame (optimistic)

{_targets(of['new_faces'])}

All segments:

{_all_segments(of['new_faces'])}"""


def _targets(variants: Values) -> str:
    more = ('missed', 'ECE', 'by chance', 'actionable', 'right then')
    aims = ('aim', *(aim for _, aim in SUMMARY.values()), *[''] * len(more))
    rows = [
        (
            VARIANTS[name],
            *(of['targets'][key] for key in SUMMARY),
            of['targets']['missed'],
            of['calibration']['ece15'],
            of['calibration']['ece15_by_chance'],
            of['actionable'],
            of['right_when_actionable'],
        )
        for name, of in variants.items()
    ]
    return table(('', *(words for words, _ in SUMMARY.values()), *more), [aims, *rows])


def _all_segments(variants: Values) -> str:
    rows = [
        (VARIANTS[name], *(of['all'][key] for key in SUMMARY)) for name, of in variants.items()
    ]
    return table(('', *(words for words, _ in SUMMARY.values())), rows)


def _temperature(of: Values) -> str:
    keys = ('log_loss', 'ece15', 'accuracy', 'confidence', 'actionable', 'right_when_actionable')
    head = ('temperature', 'log loss', 'ECE', 'right', 'confidence', 'actionable', 'right then')
    rows = [
        (f'{row["temperature"]:g}', *(row[key] for key in keys)) for row in of['by_temperature']
    ]
    return f"""### 4. Confidence of the stable label

The fit chooses temperature {of['temperature']:g}. Chosen on one half of the sequences and
measured on the other, the ECE is {of['cross_fitted_ece15']:.3f}.

{table(head, rows)}

{_picture('Reliability', 'reliability')}"""


def _quality(of: Values) -> str:
    keys = ('accuracy_alone', 'quality', 'ideal', 'nll_with_quality', 'nll_constant', 'nll_ideal')
    head = ('', 'right alone', 'quality', 'ideal', 'NLL', 'NLL, constant', 'NLL, ideal')
    rows = [
        (f'{source} {name}', *(figures[key] for key in keys))
        for source in ('face', 'text')
        for name, figures in of[source].items()
    ]
    return f"""### 5. Quality

{table(head, rows)}

Text alone by its quality:

{_exponents('quality', of['text_by_length'])}

Faces by the score of the detector ({of['detector']}), in thirds:

{_exponents('score', of['face_by_score'])}"""


def _exponents(name: str, rows: Sequence[Values]) -> str:
    cells = [(f'{row[name]:.2f}', row['n'], row['accuracy'], row['ideal']) for row in rows]
    return table((name, 'n', 'right', 'ideal'), cells)
