"""The message types that a bag can hold: those of ROS and ours, from the .msg files."""

import os
import sys
from pathlib import Path

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from emotion_ros.tools.bag_error import BagError

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


def message_folder() -> Path:
    """Return the folder with our .msg files, in a checkout or installed; BagError if lost."""
    for folder in _candidates():
        if (folder / 'EmotionState.msg').is_file():
            return folder
    raise BagError('the message definitions (EmotionState.msg) are not installed')


def _candidates() -> list[Path]:
    checkout = Path(__file__).resolve().parents[2]
    prefixes = [p for p in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if p]
    shares = [Path(prefix) / 'share' / PACKAGE for prefix in (*prefixes, sys.prefix)]
    return [folder / 'msg' for folder in (checkout, *shares)]
