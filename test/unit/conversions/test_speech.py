# SPDX-License-Identifier: MIT
"""What the messages of several recognisers say."""

from types import SimpleNamespace as Msg

import pytest

from emotion_ros.conversions.speech import (
    CANDIDATES,
    LIVE_SPEECH,
    SPEECH_TYPES,
    STRING,
    TRANSCRIPTION,
    RecognisedSpeech,
    speech_from_msg,
)
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.errors import InvalidInput


def live(nanosec: int = 500_000_000, **fields: object) -> Msg:
    header = Msg(stamp=Msg(sec=7, nanosec=nanosec), frame_id='head')
    return Msg(**{'header': header, 'incremental': '', 'final': '', 'confidence': 0.0, **fields})


@pytest.mark.parametrize(
    ('msg_type', 'msg', 'expected'),
    [
        (STRING, Msg(data='hello'), RecognisedSpeech(Utterance('hello'))),
        (TRANSCRIPTION, Msg(text='hello'), RecognisedSpeech(Utterance('hello'))),
        (
            LIVE_SPEECH,
            live(final='hello', confidence=0.9, locale='en_US'),
            RecognisedSpeech(Utterance('hello', '', 0.9, 'en_US'), 7.5, 'head'),
        ),
        (
            LIVE_SPEECH,
            live(incremental='hel', language='en'),
            RecognisedSpeech(Utterance('', 'hel', 0.0, 'en'), 7.5, 'head'),
        ),
        (
            CANDIDATES,
            Msg(transcript=['hello', 'yellow'], confidence=[0.75, 0.5]),
            RecognisedSpeech(Utterance('hello', confidence=0.75)),
        ),
        (
            CANDIDATES,
            Msg(transcript=['', 'hello'], confidence=[]),
            RecognisedSpeech(Utterance('hello')),
        ),
        (CANDIDATES, Msg(transcript=[], confidence=[]), RecognisedSpeech(Utterance())),
        (  # recognize_vosk of SpeechRecognition returns JSON; jsk_3rdparty 474
            CANDIDATES,
            Msg(transcript=['{\n  "text" : "hello"\n}'], confidence=[1.0]),
            RecognisedSpeech(Utterance('hello', confidence=1.0)),
        ),
        (
            CANDIDATES,
            Msg(transcript=['{"text": ""}'], confidence=[]),
            RecognisedSpeech(Utterance()),
        ),
        (
            CANDIDATES,
            Msg(transcript=['{"partial": "hel"}'], confidence=[]),
            RecognisedSpeech(Utterance(partial='hel')),
        ),
        (
            LIVE_SPEECH,
            live(final='{"text": "hello", "confidence": 0.5}', incremental='hel', locale='en'),
            RecognisedSpeech(Utterance('hello', '', 0.5, 'en'), 7.5, 'head'),
        ),
    ],
)
def test_utterance_and_stamp(msg_type: str, msg: Msg, expected: RecognisedSpeech) -> None:
    assert speech_from_msg(msg_type, msg) == expected


def test_a_stamp_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match='bad_stamp'):
        speech_from_msg(LIVE_SPEECH, live(1_000_000_000, final='hello', locale=''))


def test_the_types_are_listed() -> None:
    assert set(SPEECH_TYPES) == {STRING, LIVE_SPEECH, CANDIDATES, TRANSCRIPTION}
