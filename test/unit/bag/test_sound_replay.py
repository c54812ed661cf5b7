# SPDX-License-Identifier: MIT
"""Recorded sound goes through the voice pipeline, in place of the recorded voice."""

from pathlib import Path

import numpy as np
import pytest

from emotion_ros.bag.observer import BagObserver, find_sound_problem, read_audio_format
from emotion_ros.bag.reader import Bag
from emotion_ros.bag.replay import open_replay
from emotion_ros.bag.replay_config import FROM_RECEIPT, ReplayOptions
from emotion_ros.bag.topics import FROM_EVIDENCE, FROM_IMAGES, find_sources
from emotion_ros.bag.types import EVIDENCE, FACES
from emotion_ros.bag.writer import BagWriter
from emotion_ros.conversions.audio import AudioFormat
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Evidence
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.core.voice.audio_topics import AUDIO
from emotion_ros.demo.synthetic_voice import speak
from emotion_ros.errors import BagError, ConfigError
from emotion_ros.perception.voice.activity import EnergyDetector
from emotion_ros.perception.voice.classifier import VoicePrediction
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.observer import VoiceObserver
from emotion_ros.perception.voice.pipeline import VoicePipeline

START_S = 1_700_000_000
RATE = 16_000
CHUNK = RATE // 10
SPOKEN_S = 2.0


class SadClassifier:
    """Finds everything sad."""

    name, sha256 = 'sad 1', '0' * 64

    def classify(self, samples: np.ndarray) -> VoicePrediction:
        """Return the same for every sound."""
        del samples
        return VoicePrediction(np.full(7, 0.05) + 0.65 * np.eye(7)[Emotion.SAD], speech=1.0)


@pytest.fixture(scope='module')
def bag_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spoken sentence, a bad chunk, and what other programs and a voice node reported."""
    return write_bag(tmp_path_factory.mktemp('bags') / 'spoken', ('voice', 'posture'))


def write_bag(path: Path, reported: tuple[str, ...], *, channels: int = 1, faces: int = 0) -> Path:
    """Write a sentence in chunks, the first one bad; evidence as ``reported``; empty images."""
    rng = np.random.default_rng(0)
    sound = rng.normal(0, 10, 6 * RATE).astype(np.int16)
    sentence = speak('I am so happy today!')
    sound[int(SPOKEN_S * RATE) :][: len(sentence)] += sentence
    with BagWriter(path) as writer:
        for start in range(0, len(sound), CHUNK):
            at_s = START_S + start / RATE
            fields = {
                'header': {'stamp': at_s, 'frame_id': 'microphone'},
                'sample_rate': RATE,
                'channels': channels if start else 0,
                'samples': sound[start : start + CHUNK],
            }
            received_ns = round((at_s + CHUNK / RATE) * NANOSECONDS)
            writer.write(received_ns, '/audio', AUDIO, fields)
        for modality in reported:
            fields = {
                'header': {'stamp': START_S + 5.9},
                'modality': modality,
                'probabilities': np.full(7, 1 / 7),
                'quality': 1.0,
            }
            writer.write(received_ns, '/emotion/evidence', EVIDENCE, fields)
        for n in range(faces):
            at_s = START_S + 0.1 * n
            fields = {'header': {'stamp': at_s}, 'status': 0}
            writer.write(round(at_s * NANOSECONDS), '/emotion/faces', FACES, fields)
    return path


def observe(path: Path, **options) -> tuple[list[Evidence], BagObserver]:
    voice = VoiceObserver(VoicePipeline(VoiceConfig(), SadClassifier(), EnergyDetector()))
    observer = BagObserver(vision=None, text=None, without=(), voice=voice, **options)
    with Bag(path) as bag:
        chosen = find_sources(bag, FROM_IMAGES).chosen()
        found = [o for _, o in observer.observe(bag.messages(chosen)) if isinstance(o, Evidence)]
    return found, observer


@pytest.mark.parametrize('options', [{}, {'stamps': FROM_RECEIPT}])
def test_speech_becomes_evidence_and_replaces_the_recorded_voice(bag_path, options) -> None:
    found, observer = observe(bag_path, **options)
    *voices, posture = found
    assert posture.modality == 'posture'
    assert {(v.modality, v.detail, v.person_id) for v in voices} == {('voice', 'Sad (70%)', '')}
    length_s = len(speak('I am so happy today!')) / RATE
    assert voices[-1].stamp_s - START_S == pytest.approx(SPOKEN_S + length_s, abs=0.4)
    assert observer.rejected == {'unsupported_channels': 1}


def test_from_evidence_the_recorded_voice_counts(bag_path) -> None:
    with Bag(bag_path) as bag:
        sources = find_sources(bag, FROM_EVIDENCE)
        assert sources.audio is None
        observer = BagObserver(vision=None, text=None, without=())
        found = [o.modality for _, o in observer.observe(bag.messages(sources.chosen()))]
    assert found == ['voice', 'posture']


def test_the_topic_can_be_named(bag_path) -> None:
    with Bag(bag_path) as bag:
        assert find_sources(bag, audio_topic='audio').audio.name == '/audio'
        with pytest.raises(BagError, match='no usable topic /microphone'):
            find_sources(bag, audio_topic='/microphone')
        with pytest.raises(ConfigError, match='--audio-topic have no effect'):
            find_sources(bag, FROM_EVIDENCE, audio_topic='/audio')


@pytest.mark.parametrize(
    ('bag', 'options', 'topics', 'notes'),
    [
        (  # evidence only: as it was
            {'reported': ('voice', 'posture')},
            {},
            ['/emotion/evidence'],
            [],
        ),
        (
            {'reported': ('voice', 'posture')},
            {'source': FROM_IMAGES},
            ['/audio', '/emotion/evidence'],
            [
                'left out: 1 recorded results of the voice: the sound of /audio counts; '
                '--from evidence takes them'
            ],
        ),
        (  # of a sound that cannot be used, what was recorded of the voice is not lost
            {'reported': ('voice',), 'channels': 0},
            {'source': FROM_IMAGES},
            ['/emotion/evidence'],
            ['left out: the sound (unsupported_channels); recorded results count'],
        ),
        (
            {'reported': ('posture',), 'faces': 3},
            {},
            ['/emotion/faces', '/emotion/evidence'],
            ['left out: /audio (emotion_ros/msg/Audio): --audio-topic /audio takes it'],
        ),
        (  # recorded faces stand in for the images that were not recorded
            {'reported': ('posture',), 'faces': 3},
            {'audio_topic': '/audio'},
            ['/audio', '/emotion/faces', '/emotion/evidence'],
            [],
        ),
        ({'reported': (), 'channels': 0}, {}, ['/audio'], []),
        (
            {'reported': ('voice', 'posture')},
            {'source': FROM_IMAGES, 'without': frozenset({'voice'})},
            ['/emotion/evidence'],
            [],
        ),
    ],
)
def test_sound_or_the_recorded_voice_counts_and_what_does_not_is_said(
    tmp_path, bag, options, topics, notes
) -> None:
    path = write_bag(tmp_path / 'bag', **bag)
    with open_replay(ReplayOptions(bag=path, **options)) as replay:
        assert [topic.name for topic in replay.sources.chosen()] == topics
        assert replay.notes() == notes
        for _ in replay.publications(replay.observations()):
            pass
        assert (replay.rejected['unsupported_channels'] > 1) == (topics == ['/audio'])


def test_the_format_of_raw_sound_is_that_of_the_parameters_or_of_a_late_audio_info(bag_path):
    with Bag(bag_path) as bag:
        assert read_audio_format(bag, None, AudioFormat(8_000)) == AudioFormat(8_000)
        audio = find_sources(bag, FROM_IMAGES).audio
        assert find_sound_problem(bag, audio, -1, AudioFormat()) == ''
        assert find_sound_problem(bag, audio, 3, AudioFormat()) == 'unsupported_channels'
