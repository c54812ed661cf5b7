# SPDX-License-Identifier: MIT
"""Selection of the topics to replay: by name when given, else by type and usual name.

A String can be anything, such as ``/robot_description``: it is speech only by its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from emotion_ros.bag.reader import Bag, Topic
from emotion_ros.bag.types import (
    COMPRESSED_IMAGE,
    EVIDENCE,
    FACES,
    IMAGE,
    STRING,
    TEXT_SENTIMENT,
    TOPICS,
)
from emotion_ros.errors import BagError, ConfigError

FROM_IMAGES = 'images'
FROM_EVIDENCE = 'evidence'
SOURCES = (FROM_IMAGES, FROM_EVIDENCE)

USUAL_NAMES = (
    '/camera/image_raw',
    '/camera/image_raw/compressed',
    *TOPICS.values(),
)
IMAGES = (IMAGE, COMPRESSED_IMAGE)
SPEECH_NAMES = ('speech_to_text', 'speech')


@dataclass(frozen=True)
class Sources:
    """The topics to replay; None where the bag has none or it is not selected.

    ``image`` and ``speech`` go through the networks, the others straight to the fusion.
    """

    image: Topic | None = None
    speech: Topic | None = None
    faces: Topic | None = None
    text: Topic | None = None
    evidence: Topic | None = None

    def chosen(self) -> tuple[Topic, ...]:
        """Return the selected topics."""
        topics = (self.image, self.speech, self.faces, self.text, self.evidence)
        return tuple(topic for topic in topics if topic is not None)


def find_sources(
    bag: Bag, start: str = '', image_topic: str = '', speech_topic: str = ''
) -> Sources:
    """Return the topics for FROM_IMAGES or FROM_EVIDENCE; '': images when the bag has some.

    Evidence of other programs is always included. BagError, with the topics of the bag, when it
    has none of these, or not the named one.
    """
    named = bool(image_topic or speech_topic)
    types = {topic.type for topic in bag.topics}
    has_raw = bool(types & set(IMAGES)) or not types & {FACES, TEXT_SENTIMENT, EVIDENCE}
    if named and start == FROM_EVIDENCE:
        raise ConfigError(
            '--image-topic and --speech-topic have no effect with --from evidence: leave them out'
        )
    if start == FROM_IMAGES or named or (not start and has_raw):
        sources = Sources(
            image=find_topic(bag, IMAGES, image_topic, '--image-topic'),
            speech=find_speech(bag, speech_topic),
            evidence=find_topic(bag, (EVIDENCE,)),
        )
        found = sources.image or sources.speech
        wanted = 'images (Image, CompressedImage) nor speech (see --speech-topic)'
    else:
        sources = Sources(
            faces=find_topic(bag, (FACES,)),
            text=find_topic(bag, (TEXT_SENTIMENT,)),
            evidence=find_topic(bag, (EVIDENCE,)),
        )
        found = sources.faces or sources.text or sources.evidence
        wanted = 'emotion/faces nor emotion/text nor emotion/evidence'
    if not found:
        raise BagError(f'{bag.path}: the bag has neither {wanted}; it has {bag.describe()}')
    return sources


def find_topic(bag: Bag, types: Sequence[str], name: str = '', option: str = '') -> Topic | None:
    """Return the topic called ``name``, else that of these types; of several the usual name."""
    fitting = [topic for topic in bag.topics if topic.type in types]
    if name:
        return _find_named(bag, fitting, name)
    usual = [topic for topic in fitting if topic.name in USUAL_NAMES]
    return _only(bag, usual or fitting, option)


def find_speech(bag: Bag, name: str = '') -> Topic | None:
    """Return the String called ``name``, else that with a usual name, in any namespace."""
    strings = [topic for topic in bag.topics if topic.type == STRING]
    if name:
        return _find_named(bag, strings, name)
    usual = [topic for topic in strings if topic.name.rsplit('/', 1)[-1] in SPEECH_NAMES]
    return _only(bag, usual, '--speech-topic')


def _only(bag: Bag, candidates: Sequence[Topic], option: str) -> Topic | None:
    if len(candidates) > 1:
        names = ', '.join(topic.name for topic in candidates)
        if option:
            raise BagError(f'{bag.path}: several topics fit: {names}; choose one with {option}')
        raise BagError(f'{bag.path}: the bag holds several robots ({names}); record one per bag')
    return candidates[0] if candidates else None


def _find_named(bag: Bag, fitting: Sequence[Topic], name: str) -> Topic:
    wanted = name if name.startswith('/') else f'/{name}'
    for topic in fitting:
        if topic.name == wanted:
            return topic
    raise BagError(f'{bag.path}: the bag has no usable topic {wanted}; it has {bag.describe()}')
