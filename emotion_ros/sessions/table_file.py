# SPDX-License-Identifier: MIT
"""Tables in files, Parquet or CSV by their suffix."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError
from emotion_ros.files.csv_table import write_csv

PARQUET = '.parquet'
CSV = '.csv'
TABLE_KEY = b'emotion_ros'
"""In the metadata of every Parquet file that this package writes."""

BOOLEANS = ('focus', 'actionable', 'conflict')
NUMBERS = (
    *('at', 'stamp', 'confidence', 'duration', *EMOTIONS, 'valence', 'arousal', 'agreement'),
    'voice_confidence',
)


def state_schema(columns: Iterable[str]) -> pa.Schema:
    """Return the types of these columns of states: numbers, truth values, otherwise strings."""
    types = dict.fromkeys(BOOLEANS, pa.bool_()) | dict.fromkeys(NUMBERS, pa.float64())
    return pa.schema([(name, types.get(name, pa.string())) for name in columns])


def to_parquet(
    records: Sequence[Fields], columns: Iterable[str], metadata: Mapping[bytes, bytes]
) -> bytes:
    """Return a Parquet file of states; NaN becomes null."""
    schema = state_schema(columns)
    arrays = [
        pa.array([record.get(field.name) for record in records], field.type, from_pandas=True)
        for field in schema
    ]
    sink = io.BytesIO()
    table = pa.Table.from_arrays(arrays, schema=schema.with_metadata(metadata))
    pq.write_table(table, sink, compression='zstd')
    return sink.getvalue()


def write_tables(
    path: Path, schema: pa.Schema, tables: Iterable[pa.Table], metadata: Mapping[bytes, bytes]
) -> None:
    """Write tables of this schema one after the other, as the suffix of ``path`` says."""
    if path.suffix == CSV:
        with path.open('w', encoding='utf-8') as file:
            records = (record for table in tables for record in table.to_pylist())
            write_csv(file, schema.names, records)
        return
    with pq.ParquetWriter(path, schema.with_metadata(metadata), compression='zstd') as writer:
        for table in tables:
            writer.write_table(table.cast(schema))


def is_own_table(path: Path, first_column: str) -> bool:
    """Return whether a batch has written this file: Parquet by its metadata, CSV by its header."""
    if path.suffix == CSV:
        with path.open(encoding='utf-8', errors='replace', newline='') as file:
            return next(csv.reader(file), [])[:2] == ['bag', first_column]
    try:
        return TABLE_KEY in (pq.read_schema(path).metadata or {})
    except (pa.ArrowInvalid, OSError):
        return False


def read_records(path: Path) -> Iterator[dict[str, object]]:
    """Yield the rows of a Parquet file as plain data; ConfigError when it is none."""
    try:
        for batch in pq.ParquetFile(path).iter_batches():
            yield from batch.to_pylist()
    except (pa.ArrowInvalid, OSError) as error:
        raise ConfigError(f'{path}: cannot be read: {" ".join(str(error).split())}') from error
