# SPDX-License-Identifier: MIT
"""Options of the sentiment node: names, defaults, ranges and descriptions."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option
from emotion_ros.files.resources import PACKAGED
from emotion_ros.perception.models.backend import DEVICES

AUTO = 'auto'
SPEECH_TYPES = (AUTO, 'String', 'LiveSpeech', 'SpeechRecognitionCandidates', 'Transcription')


@dataclass(frozen=True)
class SentimentConfig(Options):
    """Options of the sentiment node, shared by the pipeline, the replay and the benchmarks."""

    speech_type: str = option(
        AUTO,
        'auto: the type that is published; String: std_msgs/String; LiveSpeech: '
        'hri_msgs/LiveSpeech of ROS4HRI; SpeechRecognitionCandidates: of speech_recognition_msgs; '
        'Transcription: of whisper_msgs',
        choices=SPEECH_TYPES,
    )

    text_model: str = option(
        PACKAGED,
        'packaged, the path of a model card (.json), or hf:NAME for a transformers model in a '
        "folder or the hub's cache",
    )
    max_chars: int = option(
        2000, 'only the last so many characters of a text are read', low=20, high=100_000
    )
    languages: tuple[str, ...] = option(
        ('en',),
        'languages of the model as two-letter codes; other text counts for nothing. Empty: all',
    )
    drop_hallucinations: bool = option(
        True,
        'leave out sentences such as "Thanks for watching!" when they are the whole text: '
        'Whisper invents them in silence',
    )
    include_text: bool = option(
        False, 'put the words into the message; off, because they are private'
    )
    device: str = option('cpu', 'where the text classifier runs', choices=DEVICES)
    mute_hold: float = option(
        0.0,
        'speech counts as muted until so long after mute ended (s): the delay of the recogniser',
        low=0.0,
        high=30.0,
        dynamic=True,
    )
    own_voice_window: float = option(
        5.0,
        'words that repeat robot_speech are left out until so long after its estimated end (s); '
        '0: never',
        low=0.0,
        high=60.0,
        dynamic=True,
    )
