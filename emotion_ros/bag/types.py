# SPDX-License-Identifier: MIT
"""Message types of bags: those of ROS, and ours as the .msg files define them."""

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from emotion_ros.files.resources import message_folder

PACKAGE = 'emotion_ros'
IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'
STRING = 'std_msgs/msg/String'
FACES = f'{PACKAGE}/msg/FaceEmotionArray'
TEXT_SENTIMENT = f'{PACKAGE}/msg/TextSentiment'
EVIDENCE = f'{PACKAGE}/msg/EmotionEvidence'
STATE = f'{PACKAGE}/msg/EmotionState'
TOPICS = {
    FACES: '/emotion/faces',
    TEXT_SENTIMENT: '/emotion/text',
    EVIDENCE: '/emotion/evidence',
    STATE: '/emotion_state',
}


def make_typestore() -> Typestore:
    """Return the types of ROS 2 Jazzy (the same on every distribution) and of this package."""
    store = get_typestore(Stores.ROS2_JAZZY)
    for path in sorted(message_folder().glob('*.msg')):
        name = f'{PACKAGE}/msg/{path.stem}'
        store.register(get_types_from_msg(path.read_text(encoding='utf-8'), name))
    return store
