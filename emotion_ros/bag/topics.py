# SPDX-License-Identifier: MIT
"""Selection of the topics to replay: by name when given, else by type and usual name.

A String can be anything, such as ``/robot_description``: it is speech only by its name.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from emotion_ros.bag.reader import Bag, Topic
from emotion_ros.bag.types import (
    COMPRESSED_IMAGE,
    EVIDENCE,
    FACES,
    FEEDBACK,
    IMAGE,
    STRING,
    TEXT_SENTIMENT,
    TOPICS,
)
from emotion_ros.conversions.speech import SPEECH_TYPES
from emotion_ros.core.image_topics import FOREIGN_TRANSPORTS, split_transport
from emotion_ros.core.people.behaviour_reactions import BegunBehaviour, begun_behaviours
from emotion_ros.core.people.privacy import PrivacyRules
from emotion_ros.core.people.private_times import PrivateTimes
from emotion_ros.core.voice.audio_topics import (
    AUDIO_INFO,
    AUDIO_MESSAGES,
    WITHOUT_FORMAT,
    info_topics,
)
from emotion_ros.errors import BagError, ConfigError, InvalidInput

FROM_IMAGES = 'images'
FROM_EVIDENCE = 'evidence'
SOURCES = (FROM_IMAGES, FROM_EVIDENCE)

USUAL_NAMES = (
    '/camera/image_raw',
    '/camera/image_raw/compressed',
    '/audio',
    *TOPICS.values(),
)
IMAGES = (IMAGE, COMPRESSED_IMAGE)
SPEECH_NAMES = ('speech_to_text', 'speech')
PRIVACY_NAME = 'emotion/privacy'
NO_SPEECH_NAMES = (
    'robot_description',
    'robot_description_semantic',
    'privacy',
    'data_processing',
    'emotion_context',
)
_COMPRESSED = '/compressed'
_CAMERA_NAMES = ('', '/image_raw', _COMPRESSED, f'/image_raw{_COMPRESSED}')
_NO_CAMERA = ('/emotion/debug_image', *(f'/{transport}' for transport in FOREIGN_TRANSPORTS))
_NO_VIDEO = ('compressedDepth', 'draco')
VIDEO_TYPES = (
    'ffmpeg_image_transport_msgs/msg/FFMPEGPacket',
    'foxglove_msgs/msg/CompressedVideo',
    'theora_image_transport/msg/Packet',
)
DECODE = 'decode it (ros2 run image_transport republish) and record it anew'


@dataclass(frozen=True)
class Sources:
    """The topics to replay; None where the bag has none or it is not selected.

    ``image``, ``speech`` and ``audio`` go through the networks, the others straight to the fusion.
    ``other_speech`` are topics that may be speech, too, and are left out; ``video`` those of a
    camera that nothing here decodes, where there is no ``image``.
    """

    image: Topic | None = None
    speech: Topic | None = None
    faces: Topic | None = None
    text: Topic | None = None
    evidence: Topic | None = None
    other_speech: tuple[Topic, ...] = ()
    video: tuple[Topic, ...] = ()
    audio: Topic | None = None
    audio_info: Topic | None = None  # with the format of ``audio``

    def chosen(self) -> tuple[Topic, ...]:
        """Return the selected topics."""
        raw = (self.image, self.speech, self.audio_info, self.audio)
        topics = (*raw, self.faces, self.text, self.evidence)
        return tuple(topic for topic in topics if topic is not None)


def find_sources(
    bag: Bag,
    start: str = '',
    image_topic: str = '',
    speech_topic: str = '',
    speech_type: str = '',
    audio_topic: str = '',
) -> Sources:
    """Return the topics for FROM_IMAGES or FROM_EVIDENCE; '': images when the bag has some.

    Evidence of other programs is always included, and recorded faces and text where the bag has no
    images and no speech; speech of ``speech_type``, such as LiveSpeech, comes first. BagError,
    with the topics of the bag, when it has none of these, or not the named one.
    """
    named = bool(image_topic or speech_topic or audio_topic)
    types = {topic.type for topic in bag.topics}
    has_raw = bool(types & set(IMAGES)) or not types & {FACES, TEXT_SENTIMENT, EVIDENCE}
    if named and start == FROM_EVIDENCE:
        raise ConfigError(
            '--image-topic, --speech-topic and --audio-topic have no effect with --from evidence: '
            'leave them out'
        )
    if start == FROM_IMAGES or named or (not start and has_raw):
        sources = _recorded_inputs(bag, image_topic, speech_topic, speech_type, audio_topic)
        found = sources.image or sources.speech or sources.audio
        wanted = 'images (Image, CompressedImage), sound nor speech (see --speech-topic)'
    else:
        faces, text = find_topic(bag, (FACES,)), find_topic(bag, (TEXT_SENTIMENT,))
        sources = Sources(faces=faces, text=text, evidence=find_topic(bag, (EVIDENCE,)))
        found = sources.faces or sources.text or sources.evidence
        wanted = 'emotion/faces nor emotion/text nor emotion/evidence'
    if not found:
        video = encoded_video(bag)
        hint = f'; {video[0].name} is video: {DECODE}' if video else ''
        raise BagError(f'{bag.path}: the bag has neither {wanted}; it has {bag.describe()}{hint}')
    return sources


def _recorded_inputs(
    bag: Bag, image_topic: str, speech_topic: str, speech_type: str, audio_topic: str
) -> Sources:
    """Return the inputs of the nodes, and what the nodes made of those that are missing."""
    speech = find_speech(bag, speech_topic, speech_type)
    audio = find_audio(bag, audio_topic)
    image = find_image(bag, image_topic)
    return Sources(
        image=image,
        speech=speech,
        faces=None if image else find_topic(bag, (FACES,)),
        text=None if speech else find_topic(bag, (TEXT_SENTIMENT,)),
        evidence=find_topic(bag, (EVIDENCE,)),
        other_speech=other_speech(bag, speech),
        video=() if image else encoded_video(bag),
        audio=audio,
        audio_info=find_audio_info(bag, audio),
    )


def find_topic(bag: Bag, types: Sequence[str]) -> Topic | None:
    """Return the topic of these types; of several the one with the usual name."""
    fitting = _recorded([topic for topic in bag.topics if topic.type in types])
    usual = [topic for topic in fitting if topic.name in USUAL_NAMES]
    return _only(bag, usual or fitting, '')


def find_image(bag: Bag, name: str = '') -> Topic | None:
    """Return the images of the camera called ``name``, else those of the only or usual camera.

    ``name`` may lack ``/image_raw`` or ``/compressed``. Raw images are taken where a camera has
    compressed ones, too; our own debug image is no camera.
    """
    images = [topic for topic in bag.topics if topic.type in IMAGES]
    if name:
        return _find_named(bag, images, [f'{name.rstrip("/")}{end}' for end in _CAMERA_NAMES])
    cameras = [
        topic for topic in images if not topic.name.removesuffix(_COMPRESSED).endswith(_NO_CAMERA)
    ]
    recorded = _recorded(cameras or images)
    names = {topic.name for topic in recorded}
    fitting = [
        topic
        for topic in recorded
        if not topic.name.endswith(_COMPRESSED) or topic.name[: -len(_COMPRESSED)] not in names
    ]
    usual = [topic for topic in fitting if topic.name in USUAL_NAMES]
    return _only(bag, usual or fitting, '--image-topic')


def encoded_video(bag: Bag) -> tuple[Topic, ...]:
    """Return the topics of cameras of which every image depends on those before it, or zstd."""
    return tuple(
        topic
        for topic in bag.topics
        if topic.count
        and (
            topic.type in VIDEO_TYPES
            or split_transport(topic.name)[1] in {*FOREIGN_TRANSPORTS} - {*_NO_VIDEO}
        )
    )


def find_audio(bag: Bag, name: str = '') -> Topic | None:
    """Return the topic called ``name``, else the only or the usual one with sound."""
    audio = [topic for topic in bag.topics if topic.type in AUDIO_MESSAGES]
    if name:
        return _find_named(bag, audio, [name])
    recorded = _recorded(audio)
    usual = [topic for topic in recorded if topic.name in USUAL_NAMES]
    return _only(bag, usual or recorded, '--audio-topic')


def find_audio_info(bag: Bag, audio: Topic | None) -> Topic | None:
    """Return the topic with the format of the sound, where its messages have none."""
    if audio is None or audio.type not in WITHOUT_FORMAT:
        return None
    names = info_topics(audio.name)
    found = [t for t in bag.topics if t.type == AUDIO_INFO and t.name in names]
    return found[0] if found else None


def find_speech(bag: Bag, name: str = '', speech_type: str = '') -> Topic | None:
    """Return the topic called ``name``, else the speech with a usual name, in any namespace.

    Without such a name, it is the only one of a type that nothing but speech has.
    """
    speech = [topic for topic in bag.topics if topic.type in SPEECH_TYPES]
    if name:
        return _find_named(bag, speech, [name])
    usual = [
        topic
        for topic in speech
        if topic.type != STRING or topic.name.rsplit('/', 1)[-1] in SPEECH_NAMES
    ]
    usual = _recorded(usual)
    preferred = [topic for topic in usual if topic.type.rpartition('/')[2] == speech_type]
    return _only(bag, preferred or usual, '--speech-topic')


def other_speech(bag: Bag, speech: Topic | None) -> tuple[Topic, ...]:
    """Return the topics beside ``speech`` that may be speech; any String when there is none."""
    types = SPEECH_TYPES if speech is None else [t for t in SPEECH_TYPES if t != STRING]
    return tuple(
        topic
        for topic in bag.topics
        if topic.type in types
        and topic.count
        and topic != speech
        and topic.name.rsplit('/', 1)[-1] not in NO_SPEECH_NAMES
    )


def read_private_times(bag: Bag) -> PrivateTimes:
    """Return when persons were paused; never, where ``emotion/privacy`` is not recorded."""
    topics = [
        topic
        for topic in bag.topics
        if topic.type == STRING and f'/{topic.name}'.endswith(f'/{PRIVACY_NAME}')
    ]
    times = PrivateTimes()
    for recorded in bag.messages(topics):
        with suppress(InvalidInput):  # as in the nodes: it changes nothing
            times.add(recorded.time_ns, PrivacyRules.from_json(recorded.msg.data))
    return times


def read_behaviours(bag: Bag, name: str) -> list[BegunBehaviour]:
    """Return what the robot began: the Strings, or the goals, on the topic called ``name``.

    Times are seconds from the start of the bag. The goals of observe_reaction are known by their
    feedback, which holds the person but not the behaviour; beside Strings, they say for whom each
    behaviour began.
    """
    of_goals = [topic for topic in bag.topics if topic.type == FEEDBACK]
    strings = [topic for topic in bag.topics if topic.type == STRING]
    topic = _find_named(bag, [*strings, *of_goals], [name])
    chosen = [topic] if topic in of_goals else of_goals
    goals: dict[bytes, tuple[float, str]] = {}
    for recorded in bag.messages(chosen):
        feedback, goal_id = recorded.msg.feedback, recorded.msg.goal_id.uuid.tobytes()
        began_s = bag.seconds_from_start(recorded.time_ns) - feedback.elapsed
        goals.setdefault(goal_id, (began_s, feedback.state.person_id))
    named = [
        (bag.seconds_from_start(recorded.time_ns), recorded.msg.data.strip())
        for recorded in bag.messages([t for t in strings if t == topic])
    ]
    return begun_behaviours(named, goals.values())


def _recorded(topics: list[Topic]) -> list[Topic]:
    """Return those with messages, if any has some."""
    return [topic for topic in topics if topic.count] or topics


def _only(bag: Bag, candidates: Sequence[Topic], option: str) -> Topic | None:
    if len(candidates) > 1:
        names = ', '.join(topic.name for topic in candidates)
        if option:
            raise BagError(f'{bag.path}: several topics fit: {names}; choose one with {option}')
        raise BagError(f'{bag.path}: the bag holds several robots ({names}); record one per bag')
    return candidates[0] if candidates else None


def _find_named(bag: Bag, fitting: Collection[Topic], names: Sequence[str]) -> Topic:
    absolute = [name if name.startswith('/') else f'/{name}' for name in names]
    by_name = {topic.name: topic for topic in fitting}
    for name in absolute:
        if name in by_name:
            return by_name[name]
    raise BagError(
        f'{bag.path}: the bag has no usable topic {absolute[0]}; it has {bag.describe()}'
    )
