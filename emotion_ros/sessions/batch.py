# SPDX-License-Identifier: MIT
"""Many recordings to one table of states and one summary; finished bags are kept as parts."""

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from emotion_ros.bag.provenance import REPLAY_COLUMNS
from emotion_ros.bag.replay_config import ReplayOptions, make_replay_config
from emotion_ros.bag.storage.files import METADATA, is_bag_folder, list_files
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import BagError, ConfigError
from emotion_ros.files.atomic_write import atomic_write
from emotion_ros.files.resources import PACKAGED, package_version, packaged_weights
from emotion_ros.perception.face.detectors.factory import choose_kind
from emotion_ros.sessions.bag_job import BagJob, Outcome, read_summary
from emotion_ros.sessions.find_bags import unique_names
from emotion_ros.sessions.summary import NUMBERS, SESSION, VOICE_REJECTED
from emotion_ros.sessions.table_file import (
    CSV,
    PARQUET,
    TABLE_KEY,
    is_own_table,
    state_schema,
    write_tables,
)

Process = Callable[[Sequence[BagJob]], Generator[Outcome, None, None]]

BAG = 'bag'
REJECTED = ('rejected', VOICE_REJECTED)
PROVENANCE = ('source', 'version', *REPLAY_COLUMNS)


@dataclass(frozen=True)
class BatchFiles:
    """Where the results go: the states, beside them the summary, and the parts."""

    states: Path

    @property
    def summary(self) -> Path:
        """One row per session, and one per person in it."""
        return self.states.with_name(f'{self.states.stem}.summary{self.states.suffix}')

    @property
    def parts(self) -> Path:
        """The folder of the finished bags."""
        return self.states.with_suffix('.parts')

    def check(self, force: bool) -> None:
        """ConfigError when a file cannot be written, or exists and no batch has written it."""
        if self.states.suffix not in (PARQUET, CSV):
            raise ConfigError(f'{self.states}: a table must end with {PARQUET} or {CSV}')
        if any(is_bag_folder(folder) for folder in self.states.resolve().parents):
            raise ConfigError(f'{self.states}: lies in a recording: choose another file')
        for path, column in ((self.states, 'at'), (self.summary, 'scope')):
            if path.is_dir():
                raise ConfigError(f'{path}: is a folder: choose another file')
            if path.exists() and not force and not is_own_table(path, column):
                raise ConfigError(f'{path}: exists: choose another file, or --force')


class Batch:
    """The bags of one run, what is finished of each, and the tables made of that.

    A part is found again by the bag (path, size and time of its files), the version, the models
    and the parameters. ConfigError when the options cannot be used.
    """

    def __init__(
        self,
        bags: Sequence[Path],
        options: ReplayOptions,
        files: BatchFiles,
        include_text: bool = False,
    ) -> None:
        self.files = files
        self.errors: dict[str, str] = {}
        self._names = dict(zip(bags, unique_names(bags), strict=True))
        template = BagJob(options, include_text, package_version())
        self._columns = template.columns
        common = _fingerprint(template)
        self._jobs: dict[str, BagJob] = {}
        self._parts: dict[str, Path] = {}
        for bag, name in self._names.items():
            self._jobs[name] = replace(template, options=replace(options, bag=bag))
            try:
                key = _key(bag, common)
            except BagError as error:
                self.errors[name] = str(error)
                continue
            self._parts[name] = files.parts / f'{bag.resolve().name}-{key}{PARQUET}'

    def finished(self) -> int:
        """Return how many bags are done, in this run or an earlier one."""
        return sum(part.exists() for part in self._parts.values())

    def pending(self) -> list[BagJob]:
        """Return what is left to do, the largest first, so that the processes end together."""
        jobs = [self._jobs[name] for name, part in self._parts.items() if not part.exists()]

        def size(job: BagJob) -> int:
            return sum(file.stat().st_size for file in list_files(job.options.bag).files)

        return sorted(jobs, key=size, reverse=True)

    def add(self, outcome: Outcome) -> None:
        """Keep the part of a finished bag, or the reason why there is none."""
        name = self._names[outcome.job.options.bag]
        if outcome.error:
            self.errors[name] = outcome.error
            return
        with atomic_write(self._parts[name]) as temporary:
            temporary.write_bytes(outcome.data)

    def write(self) -> int:
        """Write both tables and remove parts of other runs; return the number of rows."""
        parts = {name: part for name, part in self._parts.items() if part.exists()}
        summary = [row for name in self._jobs for row in self._summary_rows(name, parts)]
        self.errors |= {row[BAG]: row['error'] for row in summary if row['error']}
        schema = state_schema((BAG, *self._columns))
        provenance = {  # the values that occur; more than one where bags differ
            name: sorted({row[name] for row in summary if row.get(name)})
            for name in PROVENANCE
            if name != 'source'
        }
        metadata = {TABLE_KEY: json.dumps(provenance).encode()}

        def tables() -> Iterator[pa.Table]:
            for name, path in parts.items():
                part = pq.read_table(path)
                yield part.add_column(0, BAG, pa.array([name] * part.num_rows, pa.string()))

        table = _summary_table(summary)
        with ExitStack() as stack:
            states = stack.enter_context(atomic_write(self.files.states))
            write_tables(states, schema, tables(), metadata)
            sessions = stack.enter_context(atomic_write(self.files.summary))
            write_tables(sessions, table.schema, [table], metadata)
        for old in set(self.files.parts.glob(f'*-{"[0-9a-f]" * 16}{PARQUET}')) - {*parts.values()}:
            old.unlink()
        return sum(pq.read_metadata(part).num_rows for part in parts.values())

    def _summary_rows(self, name: str, parts: dict[str, Path]) -> list[dict[str, Any]]:
        path = str(self._jobs[name].options.bag)
        if name not in parts:
            error = self.errors.get(name, 'not processed')
            return [{BAG: name, 'scope': SESSION, 'person_id': '', 'path': path, 'error': error}]
        rows = read_summary(pq.read_schema(parts[name]))
        return [{BAG: name, 'path': path, **row} for row in rows]


def _summary_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Return the summary; a column ``rejected_<reason>`` per reason that occurs, 0 elsewhere.

    ``voice_rejected_<reason>`` likewise.
    """
    rows = [dict(row) for row in rows]
    rejects = [name for kind in REJECTED for name in _spread(rows, kind)]
    strings = pa.string()
    types = {
        **dict.fromkeys((BAG, 'scope', 'person_id'), strings),
        'start': pa.float64(),
        **dict.fromkeys(NUMBERS, pa.float64()),
        'conflicts': pa.int64(),
        'utterances': pa.int64(),
        **dict.fromkeys(('voice_results', *rejects), pa.int64()),
        **dict.fromkeys((*PROVENANCE, 'path', 'bag_sha256', 'error'), strings),
    }
    arrays = [
        pa.array([row.get(name) for row in rows], kind, from_pandas=True)
        for name, kind in types.items()
    ]
    return pa.Table.from_arrays(arrays, schema=pa.schema(list(types.items())))


def _fingerprint(job: BagJob) -> str:
    """Return what the result depends on beside the bag; ConfigError for unusable options."""
    config = make_replay_config(job.options)
    vision = config.vision
    weights = packaged_weights()
    cards = [weights / 'fusion.json']
    for model, packaged in ((vision.face_model, 'face'), (config.text.text_model, 'text')):
        own = Path(model).expanduser().with_suffix('.json')
        cards.append(weights / f'{packaged}_emotion.json' if model == PACKAGED else own)
    kind = vision.face_detector
    return json.dumps(
        {
            'columns': [*job.columns, *NUMBERS, *EMOTIONS],
            'version': job.version,
            'config': repr(config),
            'options': repr(replace(job.options, bag=Path(), weights={}, params=None)),
            'detector': choose_kind(vision.detector_model) if kind == 'auto' else kind,
            'cards': [sha256(card.read_bytes()).hexdigest() for card in cards if card.is_file()],
        }
    )


def _key(bag: Path, common: str) -> str:
    """Return 16 hexadecimal digits that stand for the bag and the fingerprint."""
    paths = [file for file in (*list_files(bag).files, bag / METADATA) if file.is_file()]
    stats = [(file.name, file.stat()) for file in sorted(paths)]
    files = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
    text = json.dumps([str(bag.resolve()), files, common])
    return sha256(text.encode()).hexdigest()[:16]


def _spread(rows: Sequence[dict[str, Any]], kind: str) -> list[str]:
    """Replace counts by reason by a column each; return the names of the columns."""
    reasons = sorted({reason for row in rows for reason in row.get(kind) or ()})
    for row in rows:
        counts = row.pop(kind, None)
        for reason in reasons:
            row[f'{kind}_{reason}'] = None if counts is None else counts.get(reason, 0)
    return [f'{kind}_{reason}' for reason in reasons]
