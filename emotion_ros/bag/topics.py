# SPDX-License-Identifier: MIT
"""Which topics of a bag to replay: by name when told, else by type and the usual name.

Words are the exception: a String may be anything, such as ``/robot_description``, and is speech
only by its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from emotion_ros.bag.errors import BagError
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
from emotion_ros.errors import ConfigError

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
    """The topics to replay; None where the bag has none, or it is not asked for.

    ``image`` and ``speech`` go through the networks, the others straight to the fusion.
    """

    image: Topic | None = None
    speech: Topic | None = None
    faces: Topic | None = None
    text: Topic | None = None
    evidence: Topic | None = None

    def chosen(self) -> tuple[Topic, ...]:
        """Return the topics that there are."""
        all_five = (self.image, self.speech, self.faces, self.text, self.evidence)
        return tuple(topic for topic in all_five if topic is not None)


def find_sources(
    bag: Bag, start: str = '', image_topic: str = '', speech_topic: str = ''
) -> Sources:
    """Return the topics to start from: FROM_IMAGES, FROM_EVIDENCE, or '' for what is there.

    Evidence of third parties is always among them. BagError, naming what the bag has, when it
    has none of the topics, or not the named one.
    """
    named = bool(image_topic or speech_topic)
    if named and start == FROM_EVIDENCE:
        raise ConfigError('--image-topic and --speech-topic have no use with --from evidence')
    if start == FROM_IMAGES or named or (not start and _is_raw(bag)):
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
        raise BagError(f'{bag.path}: has neither {wanted}; it has {bag.describe()}')
    return sources


def _is_raw(bag: Bag) -> bool:
    """Return whether the bag has images, or at least none of what the nodes say."""
    types = {topic.type for topic in bag.topics}
    return bool(types & set(IMAGES)) or not types & {FACES, TEXT_SENTIMENT, EVIDENCE}


def find_topic(bag: Bag, types: Sequence[str], name: str = '', option: str = '') -> Topic | None:
    """Return the topic called ``name``, or the one of these types; among several the usual."""
    fitting = [topic for topic in bag.topics if topic.type in types]
    if name:
        return _find_named(bag, fitting, name)
    usual = [topic for topic in fitting if topic.name in USUAL_NAMES]
    return _only(bag, usual or fitting, option)


def find_speech(bag: Bag, name: str = '') -> Topic | None:
    """Return the String called ``name``, or the one with a usual name, in whatever namespace."""
    strings = [topic for topic in bag.topics if topic.type == STRING]
    if name:
        return _find_named(bag, strings, name)
    usual = [topic for topic in strings if topic.name.rsplit('/', 1)[-1] in SPEECH_NAMES]
    return _only(bag, usual, '--speech-topic')


def _only(bag: Bag, candidates: Sequence[Topic], option: str) -> Topic | None:
    if len(candidates) > 1:
        names = ', '.join(topic.name for topic in candidates)
        advice = f'choose one with {option}' if option else 'one robot per bag, please'
        raise BagError(f'{bag.path}: has several topics of one kind: {names}; {advice}')
    return candidates[0] if candidates else None


def _find_named(bag: Bag, fitting: Sequence[Topic], name: str) -> Topic:
    wanted = name if name.startswith('/') else f'/{name}'
    for topic in fitting:
        if topic.name == wanted:
            return topic
    raise BagError(f'{bag.path}: no usable topic {wanted}; it has {bag.describe()}')
