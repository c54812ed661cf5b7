# SPDX-License-Identifier: MIT
"""Message types of bags: those of ROS, those of recognisers, and ours as the .msg files define."""

from rosbags.typesys import Stores, TypesysError, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from emotion_ros.bag.storage.base import DAMAGE, Channel
from emotion_ros.conversions.speech import CANDIDATES, LIVE_SPEECH, SPEECH_TYPES, TRANSCRIPTION
from emotion_ros.core.voice.audio_topics import AUDIO_INFO, AUDIO_MESSAGES
from emotion_ros.files.resources import message_folder

PACKAGE = 'emotion_ros'
IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'
STRING = 'std_msgs/msg/String'
FACES = f'{PACKAGE}/msg/FaceEmotionArray'
TEXT_SENTIMENT = f'{PACKAGE}/msg/TextSentiment'
EVIDENCE = f'{PACKAGE}/msg/EmotionEvidence'
STATE = f'{PACKAGE}/msg/EmotionState'
FEEDBACK = f'{PACKAGE}/action/ObserveReaction_FeedbackMessage'
TOPICS = {
    FACES: '/emotion/faces',
    TEXT_SENTIMENT: '/emotion/text',
    EVIDENCE: '/emotion/evidence',
    STATE: '/emotion_state',
}

_SEPARATOR = '=' * 80
_FEEDBACK_DEFINITION = (
    f'unique_identifier_msgs/UUID goal_id\n{PACKAGE}/action/ObserveReaction_Feedback feedback\n'
    f'{_SEPARATOR}\nMSG: unique_identifier_msgs/UUID\nuint8[16] uuid\n'
    f'{_SEPARATOR}\nMSG: {PACKAGE}/action/ObserveReaction_Feedback\n'
    f'{PACKAGE}/EmotionState state\nfloat32 elapsed\n'
)
"""ROS makes it from action/ObserveReaction.action."""
_WITHOUT_DEFINITION = {
    LIVE_SPEECH: (
        'std_msgs/Header header\nstring incremental\nstring final\nfloat64 confidence\n'
        'string locale\n'
    ),
    CANDIDATES: (
        'string[] transcript\nfloat32[] confidence\n'
        f'speech_recognition_msgs/SentenceInfo[] sentences\n{_SEPARATOR}\n'
        'MSG: speech_recognition_msgs/SentenceInfo\nstd_msgs/Header header\n'
        f'speech_recognition_msgs/WordInfo[] words\n{_SEPARATOR}\n'
        'MSG: speech_recognition_msgs/WordInfo\nfloat64 start_time\nfloat64 end_time\n'
        'string word\nfloat64 confidence\nint32 speaker_tag\n'
    ),
    TRANSCRIPTION: 'string text\nfloat32 audio_time\nfloat32 transcription_time\n',
}
"""Definitions of today, for bags that hold none (before Iron)."""


def make_typestore() -> Typestore:
    """Return the types of ROS 2 Jazzy (the same on every distribution) and of this package."""
    store = get_typestore(Stores.ROS2_JAZZY)
    for path in sorted(message_folder().glob('*.msg')):
        name = f'{PACKAGE}/msg/{path.stem}'
        store.register(get_types_from_msg(path.read_text(encoding='utf-8'), name))
    of_feedback = get_types_from_msg(_FEEDBACK_DEFINITION, FEEDBACK)
    store.register({k: v for k, v in of_feedback.items() if k not in store.fielddefs})
    return store


def add_speech_types(store: Typestore, channels: list[Channel]) -> None:
    """Add types of recognisers and of sound: as the bag defines them, else as they are today."""
    wanted = (*SPEECH_TYPES, *AUDIO_MESSAGES, AUDIO_INFO)
    defined = {c.type: c.definition for c in channels if c.definition and c.type in wanted}
    for msg_type, definition in (_WITHOUT_DEFINITION | defined).items():
        for text in (definition, _WITHOUT_DEFINITION.get(msg_type, '')):
            if msg_type in store.fielddefs:
                break
            try:
                parsed = get_types_from_msg(text, msg_type)
                store.register({k: v for k, v in parsed.items() if k not in store.fielddefs})
            except (*DAMAGE, TypesysError):
                continue


def is_of_other_version(store: Typestore, channel: Channel) -> bool:
    """Return whether a topic was recorded with another definition of its type than ``store``'s.

    False where the bag does not say.
    """
    if channel.type not in store.fielddefs:
        return False
    if channel.digest:
        return channel.digest != store.hash_rihs01(channel.type)
    if not channel.definition or channel.type in SPEECH_TYPES:
        return False
    recorded = get_typestore(Stores.ROS2_JAZZY)
    try:
        parsed = get_types_from_msg(channel.definition, channel.type)
        recorded.register({k: v for k, v in parsed.items() if k not in recorded.fielddefs})
        return recorded.hash_rihs01(channel.type) != store.hash_rihs01(channel.type)
    except (*DAMAGE, TypesysError):
        return False
