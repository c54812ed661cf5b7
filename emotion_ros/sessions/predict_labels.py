# SPDX-License-Identifier: MIT
"""Predictions of the models and the fusion for labelled faces, texts and intervals."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emotion_ros.bag.replay import open_replay
from emotion_ros.bag.replay_config import ReplayOptions, make_replay_config
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.errors import BagError, InvalidInput
from emotion_ros.perception.face.pipeline import make_face_pipeline
from emotion_ros.perception.image.picture_file import read_picture
from emotion_ros.perception.text.pipeline import make_text_pipeline
from emotion_ros.sessions.labels import IMAGES, SENTIMENT, TEXTS, LabelFile, Labelled

UTTERANCE_S = 10.0
"""Between two lines: the same text twice is no repetition then."""


@dataclass(frozen=True)
class Prediction:
    """A distribution for a row, or the ``reason`` why there is none, with its detail."""

    row: Labelled
    probabilities: tuple[float, ...] = ()
    reason: str = ''
    detail: str = ''


def predictions(labels: LabelFile, options: ReplayOptions) -> Iterator[Prediction]:
    """Yield a prediction per row; EmotionRosError when a model or an option cannot be used."""
    predict: Mapping[str, Callable[[LabelFile, ReplayOptions], Iterator[Prediction]]]
    predict = {IMAGES: _of_images, TEXTS: _of_texts}
    yield from predict.get(labels.kind, _of_intervals)(labels, options)


def _of_images(labels: LabelFile, options: ReplayOptions) -> Iterator[Prediction]:
    """Yield the distribution of the largest face in each picture."""
    pipeline = make_face_pipeline(make_replay_config(options).vision)
    for row in labels.rows:
        path = labels.resolve(row.subject)
        pipeline.reset()
        try:
            image, _ = read_picture(path)
            faces = pipeline.process(image, 0.0).faces
        except OSError as error:
            yield Prediction(row, reason='missing', detail=f'{path}: {error.strerror}')
            continue
        except InvalidInput as error:
            yield Prediction(row, reason=error.reason, detail=f'{path}: {error}')
            continue
        if not faces:
            yield Prediction(row, reason='no_face', detail=str(path))
            continue
        boxes = np.array([face.box_xyxy for face in faces])
        areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
        yield Prediction(row, faces[int(areas.argmax())].probabilities)


def _of_texts(labels: LabelFile, options: ReplayOptions) -> Iterator[Prediction]:
    pipeline = make_text_pipeline(make_replay_config(options).text)
    for number, row in enumerate(labels.rows):
        try:
            report = pipeline.process(Utterance.from_text(row.subject), number * UTTERANCE_S)
        except InvalidInput as error:
            yield Prediction(row, reason=error.reason)
            continue
        chosen = report.sentiment_probabilities
        if labels.head != SENTIMENT:
            chosen = report.emotion_probabilities
        if report.reason:
            yield Prediction(row, reason=report.reason)
        elif np.isnan(chosen).any():
            yield Prediction(row, reason='no_such_output')
        else:
            yield Prediction(row, chosen)


def _of_intervals(labels: LabelFile, options: ReplayOptions) -> Iterator[Prediction]:
    """Yield the mean distribution of the states in each interval, bag by bag."""
    by_bag: dict[str, list[Labelled]] = defaultdict(list)
    for row in labels.rows:
        by_bag[row.subject].append(row)
    for bag, rows in by_bag.items():
        try:
            yield from _of_bag(rows, replace(options, bag=labels.resolve(bag)))
        except BagError as error:
            yield from (Prediction(row, reason='bag', detail=str(error)) for row in rows)


def _of_bag(rows: list[Labelled], options: ReplayOptions) -> Iterator[Prediction]:
    sums: dict[Labelled, list[NDArray[np.float64]]] = {row: [] for row in rows}
    with open_replay(options) as replay:
        for publication in replay.publications(replay.observations()):
            at_s = replay.bag.seconds_from_start(publication.time_ns)
            for row in rows:
                if not row.start_s <= at_s < row.end_s:
                    continue
                person = row.person_id or publication.state.person_id
                states = [s for s in publication.states if s.person_id == person]
                sums[row] += [
                    np.asarray(s.probabilities) for s in states if not np.isnan(s.valence)
                ]
        duration_s = replay.bag.duration_s
    for row in rows:
        if sums[row]:
            yield Prediction(row, tuple(np.mean(sums[row], axis=0).tolist()))
        else:
            reason = 'outside_bag' if row.start_s > duration_s else 'no_estimate'
            detail = f'{options.bag}: {row.start_s:g} to {row.end_s:g} s'
            yield Prediction(row, reason=reason, detail=detail)
