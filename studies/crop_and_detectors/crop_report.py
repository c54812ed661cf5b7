# SPDX-License-Identifier: MIT
"""What live_crop found out, as Markdown tables and as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from studies.crop_and_detectors.crop_score import Gap, QualityBin, Score, Sweep

SCORE_HEADER = (
    'found',
    "dataset's crop",
    'exact square',
    'live crop',
    'live − dataset',
    'live − exact',
    "all: dataset's",
    'all: live',
    'quality',
)


@dataclass(frozen=True)
class CropReport:
    """``sizes`` by condition and size; ``sweeps`` by detector; ``cameras`` by name."""

    weights: str
    detector: str
    faces: int
    sizes: Mapping[str, Mapping[str, Score]]
    cameras: Mapping[str, Score]
    sweeps: Mapping[str, Sweep]
    quality: Sequence[QualityBin]

    def to_json(self) -> str:
        """Return one JSON object; what could not be measured is null."""
        return json.dumps(_without_nan(asdict(self)), allow_nan=False)

    def to_markdown(self) -> str:
        """Return the tables, shares in %, differences in points with their 95 % interval."""
        parts = [
            f'Weights {self.weights[:12]}, detector {self.detector}, {self.faces} faces a row.',
            *(
                f'### {condition}\n\n{_score_table("size", rows)}'
                for condition, rows in self.sizes.items()
            ),
            f'### Bad cameras\n\n{_score_table("frame", self.cameras)}',
            f'### Other crops\n\n{_sweep_table(self.sweeps)}',
            f'### Quality\n\n{_quality_table(self.quality)}',
        ]
        return '\n\n'.join(parts)


def _score_table(what: str, rows: Mapping[str, Score]) -> str:
    return _table((what, *SCORE_HEADER), ((name, *_cells(row)) for name, row in rows.items()))


def _cells(row: Score) -> tuple[str, ...]:
    return (
        _percent(row.recall),
        _percent(row.own),
        _percent(row.square),
        _percent(row.live),
        _points(row.live_over_own),
        _points(row.live_over_square),
        _percent(row.own_of_all),
        _percent(row.live_of_all),
        _number(row.quality),
    )


def _sweep_table(sweeps: Mapping[str, Sweep]) -> str:
    names = next(iter(sweeps.values())).accuracy
    rows = (
        (detector, f'{row.found} of {row.shown}', *(_sweep_cell(row, name) for name in names))
        for detector, row in sweeps.items()
    )
    return _table(('detector', 'found', *names), rows)


def _sweep_cell(row: Sweep, name: str) -> str:
    accuracy, gap = _percent(row.accuracy[name]), row.gap[name]
    return f'{accuracy} ({_points(gap)})' if gap.half else accuracy


def _quality_table(bins: Iterable[QualityBin]) -> str:
    header = ('quality', 'faces', 'right', 'confidence', 'best exponent')
    return _table(header, (_quality_cells(row) for row in bins))


def _quality_cells(row: QualityBin) -> tuple[str, ...]:
    return (
        f'{row.low:.2f} to {row.high:.2f}',
        str(row.count),
        _percent(row.accuracy),
        _percent(row.confidence),
        _number(row.exponent),
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ['---'] * len(header), *rows]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def _percent(share: float) -> str:
    return '–' if isnan(share) else f'{100 * share:.1f}'


def _points(gap: Gap) -> str:
    if isnan(gap.half):
        return '–'
    return f'{100 * gap.mean:+.1f} ± {100 * gap.half:.1f}'.replace('-', '−')


def _number(value: float) -> str:
    return '–' if isnan(value) else f'{value:.2f}'


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(entry) for entry in value]
    return None if isinstance(value, float) and isnan(value) else value
