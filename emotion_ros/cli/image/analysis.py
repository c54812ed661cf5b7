# SPDX-License-Identifier: MIT
"""The results for images, the voice of a video and text, as JSON, CSV and rows of a table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from emotion_ros.cli.sound_analysis import Segment
from emotion_ros.conversions.observation_fields import faces_to_fields, text_to_fields
from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.core.evidence import FACE, VOICE
from emotion_ros.core.observations import FaceObservation, FacesObservation, decide, describe
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.pipeline import FaceReport
from emotion_ros.view.state_text import NOTHING

if TYPE_CHECKING:
    from emotion_ros.perception.text.pipeline import TextReport  # with its models

NO_FACE = 'no_face'
BOX = ('left', 'top', 'right', 'bottom')
FACE_NUMBERS = ('detection_score', 'quality', 'confidence', 'valence', 'arousal')
IMAGE_COLUMNS = (
    *('source', 'at', 'reason', 'image_width', 'image_height', 'face_id', *BOX, 'label'),
    *(*FACE_NUMBERS, *EMOTIONS, 'modality', 'to'),
)
HEADS = {'sentiment': SENTIMENTS, 'emotion': EMOTIONS}
TEXT_COLUMNS = (
    *('text', 'truncated', 'language', 'reason', 'label', 'confidence', 'quality'),
    *(f'{head}_{label}' for head, labels in HEADS.items() for label in labels),
)


@dataclass(frozen=True)
class ImageResult:
    """An image and its faces, or the ``error`` because of which it could not be used.

    ``at_s`` counts from the start of a video or webcam, None for a single picture.
    """

    source: str
    at_s: float | None
    report: FaceReport | None = None
    error: InvalidInput | None = None

    @property
    def faces(self) -> tuple[FaceObservation, ...]:
        """The faces in the image, by id."""
        return self.report.faces if self.report else ()

    @property
    def reason(self) -> str:
        """Why there are no faces, one fixed word; empty when there are some."""
        if self.error:
            return self.error.reason
        return '' if self.faces else NO_FACE

    @property
    def shown_key(self) -> tuple[object, ...]:
        """What must differ from the image before for a row in the table of a video."""
        return (self.reason, *((face.face_id, _label(face)) for face in self.faces))


def result_to_fields(result: ImageResult | Segment) -> Fields:
    """Return a segment of speech, or one image, whose faces have the field names of FaceEmotion.

    A face also has a label.
    """
    if isinstance(result, Segment):
        return result.to_fields()
    observed = FacesObservation(stamp_s=result.at_s or 0.0, faces=result.faces)
    faces = faces_to_fields(observed)['faces']
    return {
        'source': result.source,
        'at': result.at_s,
        'reason': result.reason,
        'image_width': result.report.image_width if result.report else 0,
        'image_height': result.report.image_height if result.report else 0,
        'faces': [
            {**fields, 'label': _label(face)}
            for fields, face in zip(faces, result.faces, strict=True)
        ],
    }


def text_to_json_fields(report: 'TextReport') -> Fields:
    """Return one line with the field names of TextSentiment and a label."""
    fields = text_to_fields(report.to_observation(0.0))
    for absent in ('header', 'status', 'person_id'):
        del fields[absent]
    utterance = {'text': report.text, 'truncated': report.truncated, 'language': report.language}
    return {**utterance, **fields, 'label': report.sentiment.label}


def image_records(result: ImageResult | Segment) -> Iterator[Fields]:
    """Yield one flat record per face, with IMAGE_COLUMNS as keys; one without a face if none.

    That of a segment of speech has its beginning as ``at``, its end as ``to``.
    """
    if isinstance(result, Segment):
        record = result.to_record()
        record |= {'at': record.pop('from'), 'label': record.pop('emotion'), 'modality': VOICE}
        yield record
        return
    fields = result_to_fields(result) | {'modality': FACE}
    faces = fields.pop('faces')
    for face in faces or [{}]:
        numbers = {name: face[name] for name in ('face_id', 'label', *FACE_NUMBERS) if face}
        box = zip(BOX, face.get('box_xyxy', ()), strict=False)
        shares = zip(EMOTIONS, face.get('probabilities', ()), strict=False)
        yield {**fields, **numbers, **dict(box), **dict(shares)}


def text_record(report: 'TextReport') -> Fields:
    """Return one flat record with TEXT_COLUMNS as keys."""
    fields = text_to_json_fields(report)
    record = {name: fields[name] for name in TEXT_COLUMNS if name in fields}
    for head, labels in HEADS.items():
        for label, share in zip(labels, fields[f'{head}_probabilities'], strict=True):
            record[f'{head}_{label}'] = share
    return record


def image_rows(
    results: Iterable[ImageResult | Segment], is_moving: bool
) -> Iterator[Sequence[str]]:
    """Yield the cells of a table: one row per face or segment of speech.

    Of a video, a face has a row only when a label changes.
    """
    shown: tuple[object, ...] | None = None
    for image in results:
        if isinstance(image, Segment):
            source, start, end, label, _, quality = image.to_row()
            yield source, f'{start}–{end}', VOICE, label, quality, NOTHING, NOTHING
            continue
        if is_moving and image.shown_key == shown:
            continue
        shown = image.shown_key
        at = NOTHING if image.at_s is None else f'{image.at_s:.2f}'
        for face in image.faces:
            box = ' '.join(f'{edge:.2f}' for edge in face.box_xyxy)
            label = describe(face.probabilities, EMOTIONS)
            numbers = (f'{face.quality:.2f}', f'{face.detection_score:.2f}')
            yield image.source, at, face.person_id, label, *numbers, box
        if not image.faces:
            reason = str(image.error) if image.error else 'no face'
            yield image.source, at, NOTHING, reason, NOTHING, NOTHING, NOTHING


def text_rows(report: 'TextReport') -> Iterator[Sequence[str]]:
    """Yield the cells of a table: one row for the sentiment, one for the emotion."""
    heads = (report.sentiment_probabilities, report.emotion_probabilities)
    for (head, labels), probabilities in zip(HEADS.items(), heads, strict=True):
        likeliest = report.reason or describe(probabilities, labels) or NOTHING
        pairs = zip(labels, probabilities, strict=True)
        ranked = sorted(((p, label) for label, p in pairs if not isnan(p)), reverse=True)
        others = ', '.join(f'{label} {p:.0%}' for p, label in ranked[1:4])
        yield head, likeliest, others or NOTHING


def _label(face: FaceObservation) -> str:
    return decide(face.probabilities)[0].label
