# SPDX-License-Identifier: MIT
"""The measured figures as tables: the CSV files in results/."""

from collections.abc import Iterator, Mapping
from typing import Any

from studies.tables import Row

Values = Mapping[str, Any]

VARIANTS = {
    'before': 'each frame by itself',
    'label_only': 'stable label, no filter',
    'ema': 'stable label, EMA',
    'hmm': 'stable label, HMM (default)',
    'hmm_without_words': 'stable label, HMM, nothing said',
}
FACES = {'one_face': 'one per segment', 'new_faces': 'a new one in every frame'}
SEGMENTS = {'targets': 'still classified correctly', 'all': 'all'}
OVER_TIME = ('detect_s_median', 'hold', 'clear_s_median', 'false_switches_per_min', 'missed')
CALIBRATION = ('ece15', 'ece15_by_chance')
ACTIONABLE = ('actionable', 'right_when_actionable')
AT_A_TEMPERATURE = ('log_loss', 'ece15', 'accuracy', 'confidence', *ACTIONABLE)
OF_A_QUALITY = ('accuracy_alone', 'quality', 'ideal', 'nll_with_quality', 'nll_constant')


def tables(measured: Values) -> dict[str, list[Row]]:
    """Return every table by its name, its header first."""
    quality = measured['quality']
    return {
        'summary': [('figure', 'value'), *_summary(measured)],
        'votes': [('method', 'agreement', 'nll', 'kl', 'ece'), *_votes(measured['votes'])],
        'pairs': [
            ('situation', 'pairs', 'accuracy', 'low', 'high', 'nll', 'ece15', 'conflict'),
            *_pairs(measured['weights']['situations']),
        ],
        'sensitivity': [
            ('changed', 'factor', 'accuracy', 'nll', 'ece15'),
            *_rows(measured['weights']['sensitivity'], 'of', 'factor', 'accuracy', 'nll', 'ece15'),
        ],
        'over_time': [
            ('faces', 'segments', 'variant', *OVER_TIME, *CALIBRATION, *ACTIONABLE),
            *_over_time(measured['sequences']),
        ],
        'temperature': [
            ('temperature', *AT_A_TEMPERATURE),
            *_rows(measured['temperature']['by_temperature'], 'temperature', *AT_A_TEMPERATURE),
        ],
        'quality': [
            ('input', 'condition', *OF_A_QUALITY, 'nll_ideal'),
            *_quality(quality),
        ],
        'text_quality': [
            ('quality', 'n', 'accuracy', 'ideal'),
            *_rows(quality['text_by_length'], 'quality', 'n', 'accuracy', 'ideal'),
        ],
        'detector_score': [
            ('score', 'n', 'accuracy', 'ideal'),
            *_rows(quality['face_by_score'], 'score', 'n', 'accuracy', 'ideal'),
        ],
    }


def _summary(measured: Values) -> Iterator[Row]:
    of, drawn = measured['weights'], measured['sequences']
    pool = measured['votes']['fit']['methods']['pool']
    yield 'votes, clips', measured['votes']['n']
    yield from ((f'votes, weight of {name}', w) for name, w in pool['weights'].items())
    for name, key in {
        'alone': 'alone',
        'together': 'weights',
        'together without limit': 'weights_without_limit',
    }.items():
        yield from ((f'pairs, weight of {kind} {name}', w) for kind, w in of[key].items())
    yield 'pairs, largest sum of weights', of['sharpness']
    yield 'pairs, sum that fits the votes', of['cremad_sharpness']
    for name in ('face', 'words'):
        for bound, gain in zip(('', ', low', ', high'), of[f'gain_over_{name}'], strict=True):
            yield f'pairs, gain over {name}{bound}', gain
    yield from ((f'over time, {key}', drawn[key]) for key in ('sequences', 'segments', 'frames'))
    yield 'over time, right stills', drawn['one_face']['hmm']['targets']['segments']
    yield 'temperature', measured['temperature']['temperature']
    yield 'temperature, ECE cross-fitted', measured['temperature']['cross_fitted_ece15']


def _votes(of: Values) -> Iterator[Row]:
    for name, figures in of['fit']['cross_fitted'].items():
        yield name, *figures.values()


def _pairs(situations: Values) -> Iterator[Row]:
    for name, of in situations.items():
        yield name, of['n'], *of['accuracy'], of['nll'], of['ece15'], of['conflict']


def _over_time(of: Values) -> Iterator[Row]:
    for faces, faces_name in FACES.items():
        for segments, segments_name in SEGMENTS.items():
            for variant, figures in of[faces].items():
                right_stills = segments == 'targets'
                yield (
                    *(faces_name, segments_name, VARIANTS[variant]),
                    *(figures[segments][key] for key in OVER_TIME),
                    *(
                        figures['calibration'][key] if right_stills else None
                        for key in CALIBRATION
                    ),
                    *(figures[key] if right_stills else None for key in ACTIONABLE),
                )


def _quality(of: Values) -> Iterator[Row]:
    for source in ('face', 'text'):
        for condition, figures in of[source].items():
            yield source, condition, *(figures[key] for key in (*OF_A_QUALITY, 'nll_ideal'))


def _rows(values: list[Values], *keys: str) -> Iterator[Row]:
    for value in values:
        yield tuple(value[key] for key in keys)
