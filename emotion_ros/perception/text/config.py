# SPDX-License-Identifier: MIT
"""Options of the sentiment node: names, defaults, ranges and descriptions."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option
from emotion_ros.files.resources import PACKAGED
from emotion_ros.perception.models.backend import DEVICES
from emotion_ros.perception.text.dialogue import MAX_CONTEXT

AUTO = 'auto'
SPEECH_TYPES = (AUTO, 'String', 'LiveSpeech', 'SpeechRecognitionCandidates', 'Transcription')


@dataclass(frozen=True)
class SentimentConfig(Options):
    """Options of the sentiment node, shared by the pipeline, the replay and the benchmarks."""

    speech_type: str = option(
        AUTO,
        'message type of the topic; auto: the one that is published',
        choices=SPEECH_TYPES,
    )

    text_model: str = option(
        PACKAGED,
        'packaged, the path of a model card (.json), or hf:NAME (transformers: folder or cache)',
    )
    max_chars: int = option(
        2000, 'only the end of a longer text is read (characters)', low=20, high=100_000
    )
    languages: tuple[str, ...] = option(
        ('en',),
        'two-letter codes; text in other languages is rejected. Empty: none is',
    )
    drop_hallucinations: bool = option(
        True,
        'reject what Whisper writes for silence, such as "Thanks for watching!"',
    )
    context: int = option(
        0,
        'how many utterances said before, robot_speech too, correct the emotion; 0: none. '
        'The filter over time in the fusion counts them already',
        low=0,
        high=MAX_CONTEXT,
    )
    include_text: bool = option(False, 'publish the text, which is private')
    device: str = option('cpu', 'where the text classifier runs', choices=DEVICES)
    mute_hold: float = option(
        0.0,
        'how long mute lasts after its end (s): the delay of the recogniser',
        low=0.0,
        high=30.0,
        dynamic=True,
    )
    opt_out_phrases: tuple[str, ...] = option(
        (PACKAGED,),
        'who says one of these is paused, and it is not scored; a|b: one of these words, *: up to '
        'four words, packaged: the English ones that come with it',
    )
    own_voice_window: float = option(
        5.0,
        'how long after robot_speech text that repeats it is rejected (s); 0: never',
        low=0.0,
        high=60.0,
        dynamic=True,
    )
