# SPDX-License-Identifier: MIT
"""The page about what was measured: ``fusion_measured.md`` with the figures put in."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Values = Mapping[str, Any]

TEMPLATE = Path(__file__).with_name('fusion_measured.md')
AIMS = {
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


def write_page(path: Path, measured: Values) -> None:
    """Write the page; its pictures are in ``figures/`` beside it."""
    values = {
        **{f'card_{name}': weight for name, weight in measured['card']['weights'].items()},
        'card_temperature': measured['card']['temperature'],
        **_votes(measured['votes']),
        **_weights(measured['weights']),
        **_time(measured['sequences']),
        **_temperature(measured['temperature']),
        **_quality(measured['quality']),
    }
    text = TEMPLATE.read_text(encoding='utf-8').format(**values)
    path.write_text(text, encoding='utf-8')


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a markdown table; None is a dash, numbers have three decimals."""
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


def _votes(of: Values) -> Values:
    pool, labels = of['fit']['methods']['pool'], of['fit']['labels']
    top = max(range(len(labels)), key=lambda i: pool['prior'][i])
    rows = [(name, *figures.values()) for name, figures in of['fit']['cross_fitted'].items()]
    return {
        'votes_n': of['n'],
        'votes_file': of['file'],
        'votes_table': table(('method', 'agreement', 'NLL', 'KL', 'ECE'), rows),
        'pool_voice': pool['weights']['voice'],
        'pool_face': pool['weights']['face'],
        'pool_smoothing': pool['smoothing'],
        'pool_prior_top': labels[top],
        'pool_prior_share': pool['prior'][top],
    }


def _weights(of: Values) -> Values:
    situations = [
        (name, f['n'], _interval(f['accuracy']), f['nll'], f['ece15'], f['conflict'])
        for name, f in of['situations'].items()
    ]
    sensitivity = [
        (f'{row["of"]} × {row["factor"]:g}', row['accuracy'], row['nll'], row['ece15'])
        for row in of['sensitivity']
    ]
    return {
        **{key: of[key] for key in ('faces', 'utterances', 'sharpness', 'cremad_sharpness')},
        **{f'fitted_{name}': weight for name, weight in of['weights'].items()},
        **{f'alone_{name}': weight for name, weight in of['alone'].items()},
        **{f'free_{name}': weight for name, weight in of['weights_without_limit'].items()},
        'situations_table': table(
            ('situation', 'pairs', 'accuracy', 'NLL', 'ECE', 'conflict'), situations
        ),
        'gain_over_face': _interval(of['gain_over_face']),
        'gain_over_words': _interval(of['gain_over_words']),
        'sensitivity_table': table(('changed', 'accuracy', 'NLL', 'ECE'), sensitivity),
    }


def _time(of: Values) -> Values:
    return {
        **{key: of[key] for key in ('sequences', 'segments', 'frames')},
        'said': of['utterances'],
        'one_face_targets': of['one_face']['hmm']['targets']['segments'],
        'one_face_table': _targets(of['one_face']),
        'one_face_all_table': _all_segments(of['one_face']),
        'new_faces_table': _targets(of['new_faces']),
        'new_faces_all_table': _all_segments(of['new_faces']),
    }


def _targets(variants: Values) -> str:
    more = ('missed', 'ECE', 'by chance', 'actionable', 'right then')
    aims = ('aim', *(aim for _, aim in AIMS.values()), *[''] * len(more))
    rows = [
        (
            VARIANTS[name],
            *(of['targets'][key] for key in AIMS),
            of['targets']['missed'],
            of['calibration']['ece15'],
            of['calibration']['ece15_by_chance'],
            of['actionable'],
            of['right_when_actionable'],
        )
        for name, of in variants.items()
    ]
    return table(('', *(words for words, _ in AIMS.values()), *more), [aims, *rows])


def _all_segments(variants: Values) -> str:
    rows = [(VARIANTS[name], *(of['all'][key] for key in AIMS)) for name, of in variants.items()]
    return table(('', *(words for words, _ in AIMS.values())), rows)


def _temperature(of: Values) -> Values:
    keys = ('log_loss', 'ece15', 'accuracy', 'confidence', 'actionable', 'right_when_actionable')
    head = ('temperature', 'log loss', 'ECE', 'right', 'confidence', 'actionable', 'right then')
    rows = [
        (f'{row["temperature"]:g}', *(row[key] for key in keys)) for row in of['by_temperature']
    ]
    return {
        'temperature': of['temperature'],
        'temperature_ece': of['cross_fitted_ece15'],
        'temperature_table': table(head, rows),
    }


def _quality(of: Values) -> Values:
    keys = ('accuracy_alone', 'quality', 'ideal', 'nll_with_quality', 'nll_constant', 'nll_ideal')
    head = ('', 'right alone', 'quality', 'ideal', 'NLL', 'NLL, constant', 'NLL, ideal')
    spoilt = [
        (f'{source} {name}', *(figures[key] for key in keys))
        for source in ('face', 'text')
        for name, figures in of[source].items()
    ]
    return {
        'detector': of['detector'],
        'quality_table': table(head, spoilt),
        'length_table': _exponents('quality', of['text_by_length']),
        'score_table': _exponents('score', of['face_by_score']),
    }


def _exponents(what: str, rows: Sequence[Values]) -> str:
    cells = [(f'{row[what]:.2f}', row['n'], row['accuracy'], row['ideal']) for row in rows]
    return table((what, 'n', 'right', 'ideal'), cells)
