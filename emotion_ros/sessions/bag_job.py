# SPDX-License-Identifier: MIT
"""The unit of work of a batch: one bag in, one part of the tables out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pyarrow as pa

from emotion_ros.bag.offline_fusion import FusionInput
from emotion_ros.bag.replay import Replay, open_replay
from emotion_ros.bag.replay_config import ReplayOptions
from emotion_ros.bag.storage.files import METADATA
from emotion_ros.conversions.speech import speech_from_msg
from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.observations import TextObservation
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import ConfigError, EmotionRosError, InvalidInput
from emotion_ros.files.resources import package_version
from emotion_ros.sessions.state_table import STATE_COLUMNS, state_records
from emotion_ros.sessions.summary import PERSON, SessionSummary
from emotion_ros.sessions.table_file import TABLE_KEY, to_parquet

TEXT = 'text'
ONLY_OF_SESSION = ('utterances', 'rejected')


@dataclass(frozen=True)
class BagJob:
    """A bag and how to replay it, for a worker with the same version of this package."""

    options: ReplayOptions
    include_text: bool = False
    version: str = ''

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the states."""
        return (*STATE_COLUMNS, TEXT) if self.include_text else STATE_COLUMNS


@dataclass(frozen=True)
class Outcome:
    """What became of a job: the bytes of ``process_bag``, or why there are none."""

    job: BagJob
    data: bytes = b''
    error: str = ''


def attempt_bag(job: BagJob, *, in_threads: bool = True) -> Outcome:
    """Return the outcome of ``process_bag``; its EmotionRosErrors are part of it."""
    try:
        return Outcome(job, process_bag(job, in_threads=in_threads))
    except EmotionRosError as error:
        return Outcome(job, error=' '.join(str(error).split()))


def process_bag(job: BagJob, *, in_threads: bool = True) -> bytes:
    """Replay the bag and return a parquet file of its states.

    ``in_threads``: see BagObserver; the states are the same.

    The metadata of the file hold the rows of the summary. EmotionRosError when the bag cannot be
    used; of a damaged one, what is whole is there, and ``error`` in the summary says what is not.
    """
    if job.version != package_version():
        raise ConfigError(
            f'this worker has emotion_ros {package_version()}, not {job.version}: install that'
        )
    options = replace(job.options, threads=1, in_threads=in_threads)
    with open_replay(options) as replay:
        counter = _UtteranceCounter()
        summary = SessionSummary()
        words = _words(replay) if job.include_text else iter(())
        records: list[Fields] = []
        waiting = next(words, None)
        for publication in replay.publications(counter.counted(replay.observations())):
            at_s = replay.bag.seconds_from_start(publication.time_ns)
            summary.add(publication.states, at_s)
            rows = list(state_records(publication, at_s))
            texts = []
            while waiting and waiting[0] <= at_s:
                texts.append(waiting[1])
                waiting = next(words, None)
            if texts:
                rows[0][TEXT] = ' / '.join(texts)
            records += rows
        of_session = _describe_session(replay, counter.utterances)
    of_person = {k: v for k, v in of_session.items() if k not in ONLY_OF_SESSION}
    rows = [
        {**record, **(of_person if record['scope'] == PERSON else of_session)}
        for record in summary.records()
    ]
    metadata = {TABLE_KEY: json.dumps(rows).encode()}
    return to_parquet(records, job.columns, metadata)


def _describe_session(replay: Replay, utterances: int) -> Fields:
    """Return the columns of the summary that are the same for the whole session."""
    file = replay.bag.path / METADATA
    return {
        'start': replay.bag.start_ns / NANOSECONDS,
        'bag_sha256': sha256(file.read_bytes()).hexdigest() if file.is_file() else '',
        'utterances': utterances,
        'rejected': dict(sorted(replay.rejected.items())),
        'error': replay.failure(),
        'source': ', '.join(topic.name for topic in replay.sources.chosen()),
        'version': package_version(),
        **replay.provenance().columns(),
    }


def read_summary(schema: pa.Schema) -> list[dict[str, Any]]:
    """Return the rows of the summary in the schema of a part."""
    rows: list[dict[str, Any]] = json.loads(schema.metadata[TABLE_KEY])
    return rows


class _UtteranceCounter:
    """Counts the utterances that were scored."""

    def __init__(self) -> None:
        self.utterances = 0

    def counted(self, inputs: Iterator[FusionInput]) -> Iterator[FusionInput]:
        for time_ns, observation in inputs:
            if isinstance(observation, TextObservation) and not observation.is_status_only:
                self.utterances += 1
            yield time_ns, observation


def _words(replay: Replay) -> Iterator[tuple[float, str]]:
    """Yield what was said, and when (seconds from the start)."""
    speech = replay.sources.speech
    for recorded in replay.bag.messages([speech] if speech else []):
        try:
            utterance = speech_from_msg(recorded.topic.type, recorded.msg).utterance
        except InvalidInput:
            continue  # the replay counts it
        if not utterance.is_partial:
            yield replay.bag.seconds_from_start(recorded.time_ns), utterance.final
