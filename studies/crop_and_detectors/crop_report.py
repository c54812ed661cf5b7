# SPDX-License-Identifier: MIT
"""What live_crop measured, as tables and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass

from studies.crop_and_detectors.trials.crop_score import QualityBin, Score, Sweep
from studies.tables import Row, without_nan

OF_A_SCORE = (
    'faces',
    'found',
    'dataset_crop',
    'exact_square',
    'live_crop',
    'live_minus_dataset',
    'live_minus_dataset_95',
    'live_minus_exact',
    'live_minus_exact_95',
    'all_dataset_crop',
    'all_live_crop',
    'quality',
)
OF_A_BIN = ('quality_from', 'quality_to', 'faces', 'accuracy', 'confidence', 'best_exponent')


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
        return json.dumps(without_nan(asdict(self)), allow_nan=False)

    def tables(self) -> dict[str, list[Row]]:
        """Return the tables by name, their headers first; shares and differences in 0..1."""
        return {
            'sizes': [('condition', 'size', *OF_A_SCORE), *self._sizes()],
            'bad_cameras': [
                ('frame', *OF_A_SCORE),
                *((name, *_cells(row)) for name, row in self.cameras.items()),
            ],
            'other_crops': [
                ('detector', 'faces', 'found', 'crop', 'accuracy', 'difference', 'difference_95'),
                *self._other_crops(),
            ],
            'quality': [OF_A_BIN, *map(astuple, self.quality)],
        }

    def _sizes(self) -> Iterator[Row]:
        for condition, rows in self.sizes.items():
            yield from ((condition, size, *_cells(row)) for size, row in rows.items())

    def _other_crops(self) -> Iterator[Row]:
        for detector, row in self.sweeps.items():
            for crop, accuracy in row.accuracy.items():
                yield detector, row.shown, row.found, crop, accuracy, *astuple(row.gap[crop])


def _cells(row: Score) -> Row:
    return (
        row.shown,
        row.recall,
        row.own,
        row.square,
        row.live,
        *astuple(row.live_over_own),
        *astuple(row.live_over_square),
        row.own_of_all,
        row.live_of_all,
        row.quality,
    )
