# SPDX-License-Identifier: MIT
"""The voice pipeline: which segments are classified and when, and what is rejected."""

from math import isnan

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.voice.activity import EnergyDetector
from emotion_ros.perception.voice.classifier import VoicePrediction
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from emotion_ros.perception.voice.observer import VoiceObserver
from emotion_ros.perception.voice.pipeline import VoicePipeline, VoiceReport
from emotion_ros.perception.voice.stream import AudioChunk

FRAME_S = 0.032
NO_ROUNDING = 2 * FRAME_S


class HappyClassifier:
    """Finds everything happy, and speech with the given probability."""

    name, sha256 = 'happy 1', 'abc'

    def __init__(self, speech: float = 1.0) -> None:
        self.speech = speech

    def classify(self, samples: np.ndarray) -> VoicePrediction:
        """Return the same for every sound."""
        return VoicePrediction(np.eye(7)[Emotion.HAPPY], self.speech)


class LoudIsSpeech:
    """A detector without memory: what is above -30 dBFS is speech."""

    def __init__(self, name: str = 'loud') -> None:
        self.name = name

    def probability(self, frame: np.ndarray) -> float:
        return float((frame**2).mean() > 1e-3)

    def reset(self) -> None:
        pass


def pipeline(speech: float = 1.0, **options: float) -> VoicePipeline:
    config = VoiceConfig(**options)  # type: ignore[arg-type]
    return VoicePipeline(
        config, HappyClassifier(speech), LoudIsSpeech(), iter(range(999)).__next__
    )


def sound(*parts: tuple[float, float]) -> np.ndarray:
    """Noise of given lengths (s) and levels."""
    rng = np.random.default_rng(0)
    return np.concatenate(
        [rng.normal(0, level, round(s * SAMPLE_RATE)) for s, level in parts]
    ).astype(np.float32)


def spoken(seconds: float, before: float = 1.0, after: float = 1.0) -> np.ndarray:
    return sound((before, 0.001), (seconds, 0.1), (after, 0.001))


def run(
    voice: VoicePipeline, samples: np.ndarray, chunk: int = 1600, start_s: float = 100.0
) -> list[VoiceReport]:
    reports = []
    for i in range(0, len(samples), chunk):
        reports += voice.process(samples[i : i + chunk], start_s + i / SAMPLE_RATE)
    return reports


def test_a_segment_of_speech_becomes_a_report() -> None:
    (report,) = run(pipeline(), spoken(0.8))
    assert report.start_s == pytest.approx(101 - 6 * FRAME_S, abs=NO_ROUNDING)
    assert report.end_s == pytest.approx(101.8, abs=3 * FRAME_S)
    assert report.emotion is Emotion.HAPPY
    assert report.confidence == 1
    assert report.is_paused
    assert 0.5 < report.quality <= 1
    assert report.reason == ''
    assert report.inference_time_s == 1


@pytest.mark.parametrize('chunk', [1, 512, 1000, 160_000])
def test_the_size_of_the_chunks_does_not_matter(chunk: int) -> None:
    samples = spoken(0.8, before=0.3, after=0.3)
    (expected,) = run(pipeline(), samples)
    (report,) = run(pipeline(), samples, chunk)
    assert report.start_s == pytest.approx(expected.start_s, abs=1e-3)
    assert report.end_s == pytest.approx(expected.end_s, abs=1e-3)


@pytest.mark.parametrize(
    'samples',
    [
        np.empty(0, np.float32),
        np.zeros(3 * SAMPLE_RATE, np.float32),
        np.full(3 * SAMPLE_RATE, 0.5, np.float32),  # only an offset
        sound((3, 0.001)),
        spoken(0.2),
        spoken(0.03),
    ],
)
def test_nothing_is_made_of_silence_and_clicks(samples: np.ndarray) -> None:
    voice = pipeline()
    assert run(voice, samples) == []
    assert not voice.activity.speaking


def test_long_speech_gives_a_report_per_period_and_is_cut_at_the_longest_segment() -> None:
    reports = run(pipeline(max_segment=3.0), spoken(5.0))
    ends = [report.end_s for report in reports]
    assert ends == pytest.approx([101.8, 102.8, 103.8, 104.8, 105.8, 106], abs=0.25)
    assert len({report.start_s for report in reports}) == 2
    assert [r.is_paused for r in reports] == [False, False, True, False, False, True]


def test_speech_after_a_short_pause_goes_on_with_the_segment() -> None:
    reports = run(pipeline(), sound((1, 0.001), (0.6, 0.1), (0.3, 0.001), (0.6, 0.1), (1, 0.001)))
    assert [r.is_paused for r in reports] == [True, True]
    assert reports[0].start_s == reports[1].start_s
    assert reports[1].end_s == pytest.approx(102.5, abs=3 * FRAME_S)


def test_speech_after_a_long_pause_is_a_new_segment() -> None:
    reports = run(pipeline(), sound((1, 0.001), (0.6, 0.1), (0.8, 0.001), (0.6, 0.1), (1, 0.001)))
    assert reports[1].start_s > reports[0].end_s


def test_a_result_comes_within_200_ms_of_the_end_of_speech() -> None:
    voice = pipeline()
    samples = spoken(0.8, after=0.2)
    assert len(run(voice, samples, 512)) == 1


def test_the_activity_describes_the_last_128_ms() -> None:
    voice = pipeline()
    assert isnan(voice.activity.stamp_s)
    run(voice, spoken(1.0, after=0))
    activity = voice.activity
    assert activity.speaking
    assert activity.speech_probability == 1
    assert activity.level_dbfs == pytest.approx(-20, abs=0.5)
    assert activity.clipping == 0
    assert activity.stamp_s == pytest.approx(102, abs=FRAME_S)
    assert activity.segment_duration_s == pytest.approx(1.0, abs=NO_ROUNDING)


def test_clipping_is_the_share_of_samples_at_full_scale() -> None:
    voice = pipeline()
    run(voice, np.clip(sound((1, 2.0)), -1, 1))
    assert voice.activity.clipping == pytest.approx(0.62, abs=0.05)


def test_what_the_network_takes_for_noise_is_not_an_emotion() -> None:
    (report,) = run(pipeline(speech=0.2), spoken(0.8))
    assert report.reason == 'not_speech'
    assert report.quality == 0
    assert report.emotion is Emotion.UNKNOWN
    assert all(map(isnan, report.probabilities))


def test_quality_grows_with_length_and_distance_from_the_noise() -> None:
    (long,) = run(pipeline(update_period=9.0), spoken(3.0))
    (short,) = run(pipeline(), spoken(0.5))
    (noisy,) = run(pipeline(update_period=9.0), sound((2, 0.025), (3, 0.05), (1, 0.025)))
    assert long.quality == pytest.approx(1, abs=0.01)
    assert short.quality < 0.8
    assert noisy.quality < 0.7


def test_a_gap_ends_the_segment_there() -> None:
    voice = pipeline()
    assert run(voice, spoken(0.8, after=0)) == []
    (report,) = run(voice, spoken(0.8), start_s=110)[:1]
    assert report.end_s == pytest.approx(101.8, abs=FRAME_S)


def test_a_segment_of_which_sound_was_lost_counts_less_or_not() -> None:
    voice = pipeline()
    (segment,) = voice.add(spoken(1.5), 10.0)[-1:]
    whole = voice.classify(segment)
    part = voice.classify(segment, lost_s=0.1 * segment.duration_s)
    assert 0.0 < part.quality < 0.8 * whole.quality
    assert part.probabilities == whole.probabilities
    lost = voice.classify(segment, lost_s=segment.duration_s)
    assert (lost.reason, lost.quality, lost.confidence) == ('lost_sound', 0.0, 0.0)


def test_without_stamps_a_loss_of_blocks_lowers_the_quality_of_a_recording_too() -> None:
    samples = (spoken(3.0, before=5.0) * 32767).astype(np.int16)
    blocks = [samples[i : i + 512] for i in range(0, len(samples), 512)]
    qualities = []
    for lost_every in (0, 8):
        voice, found = VoiceObserver(pipeline()), []
        for n, block in enumerate(blocks):
            if not lost_every or n % lost_every:
                receipt_s = 100.0 + n * 0.032
                chunk = AudioChunk(block, SAMPLE_RATE, 1, receipt_s, 'mic', is_stamped=False)
                found += voice.add(chunk)
        qualities.append(max(evidence.quality for evidence in found))
    assert qualities[1] < 0.8 * qualities[0]


def test_stamps_may_waver_and_drift() -> None:
    voice, rng = pipeline(), np.random.default_rng(0)
    samples = np.concatenate([spoken(0.8)] * 10)
    reports = []
    for i in range(0, len(samples), 800):
        stamp_s = 100 + 1.002 * i / SAMPLE_RATE + rng.uniform(0, 0.1)
        reports += voice.process(samples[i : i + 800], stamp_s)
    assert len(reports) == 10
    assert reports[-1].end_s == pytest.approx(100 + 1.002 * 27.0, abs=0.15)


@pytest.mark.parametrize('is_stamped', [True, False])
@pytest.mark.parametrize('burst_s', [0.5, 1.0, 2.0])
def test_sound_stamped_at_its_receipt_may_come_in_bursts(burst_s: float, is_stamped: bool) -> None:
    """As over Wi-Fi, or from PulseAudio, whose blocks last up to 2 s."""
    voice, found, size = VoiceObserver(pipeline()), [], 512
    samples = (np.concatenate([spoken(0.8)] * 5) * 32767).astype(np.int16)
    for i in range(0, len(samples) - size, size):
        receipt_s = 100 + np.ceil((i + size) / SAMPLE_RATE / burst_s) * burst_s
        block = samples[i : i + size]
        found += voice.add(AudioChunk(block, SAMPLE_RATE, 1, receipt_s, is_stamped=is_stamped))
    ends_s = [evidence.stamp_s for evidence in found]
    expected_s = [101.8 + 2.8 * n for n in range(1, 5)]
    assert ends_s[1:] == pytest.approx(expected_s, abs=0.3 + burst_s)


def lags_s(voice: VoicePipeline, lost_every: int, minutes: float = 3.0) -> list[float]:
    """Return how far the time of the voice is behind the sound, at each chunk of 0.1 s.

    The first second comes in one burst, stamped at its receipt; then chunks are lost.
    """
    silence, lags = np.zeros(1600, np.float32), []
    for n in range(round(600 * minutes)):
        stamp_s = 100.0 + max(0.1 * n, 0.9)
        if n < 10 or n % lost_every:
            voice.add(silence, stamp_s)
            lags.append(stamp_s + 0.1 - voice.activity.stamp_s)
    return lags


@pytest.mark.parametrize('lost_every', [50, 20])
def test_after_a_burst_lost_sound_does_not_add_up(lost_every: int) -> None:
    assert max(lags_s(pipeline(), lost_every)[10:]) < 1.0


def test_two_microphones_of_one_name_are_told() -> None:
    voice, overlaps = VoiceObserver(pipeline()), 0
    for n in range(100):
        for _ in range(2):
            try:
                voice.add(AudioChunk(np.zeros(1600, np.int16), SAMPLE_RATE, 1, 100 + 0.1 * n))
            except InvalidInput as error:
                overlaps += error.reason == 'overlap'
    assert overlaps > 70


def test_sound_of_a_higher_rate_than_was_declared_is_told() -> None:
    """44.1 kHz stereo as mono at 16 kHz: more sound than time."""
    voice, overlaps = VoiceObserver(pipeline()), 0
    for n in range(200):
        chunk = AudioChunk(np.zeros(4410, np.int16), SAMPLE_RATE, 1, 100 + 0.05 * n, '', False)
        try:
            voice.add(chunk)
        except InvalidInput as error:
            overlaps += error.reason == 'overlap'
    assert overlaps > 100


@pytest.mark.parametrize(
    ('detector', 'speech', 'reason'),
    [('silero', 0.8, ''), ('energy', 0.8, 'not_speech'), ('energy', 0.97, '')],
)
def test_what_energy_takes_for_speech_is_speech_to_the_network_too(
    detector: str, speech: float, reason: str
) -> None:
    voice = VoicePipeline(
        VoiceConfig(), HappyClassifier(speech), LoudIsSpeech(detector), iter(range(99)).__next__
    )
    (report,) = run(voice, spoken(0.8))
    assert report.reason == reason


def test_repeated_sound_is_rejected() -> None:
    voice = pipeline()
    run(voice, sound((2, 0.001)))
    with pytest.raises(InvalidInput, match='begins 1.00 s before') as caught:
        voice.process(sound((0.1, 0.001)), 101.0)
    assert caught.value.reason == 'overlap'
    assert voice.process(sound((0.1, 0.001)), 102.0) == []


def test_a_clock_that_jumps_back_begins_a_new_stream() -> None:
    voice = pipeline()
    run(voice, spoken(0.8, after=0))
    (report,) = run(voice, spoken(0.8), start_s=5.0)
    assert report.end_s == pytest.approx(6.8, abs=3 * FRAME_S)


@pytest.mark.parametrize(
    ('samples', 'stamp_s', 'reason'),
    [
        (np.array([0, np.nan], np.float32), 1.0, 'not_finite'),
        (np.zeros((2, 2), np.float32), 1.0, 'not_finite'),
        (np.zeros(2, np.float32), float('nan'), 'bad_stamp'),
    ],
)
def test_bad_chunks_are_rejected(samples: np.ndarray, stamp_s: float, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        pipeline().process(samples, stamp_s)
    assert caught.value.reason == reason


def test_the_end_of_a_file_ends_the_segment() -> None:
    voice = pipeline()
    assert run(voice, spoken(0.8, after=0.05)) == []
    (segment,) = voice.finish()
    assert voice.classify(segment).emotion is Emotion.HAPPY
    assert voice.finish() == []


def test_reset_forgets_what_was_spoken() -> None:
    voice = pipeline()
    run(voice, spoken(0.8, after=0))
    voice.reset()
    assert not voice.activity.speaking
    assert run(voice, sound((1, 0.001)), start_s=101.8) == []


def test_it_says_what_it_runs() -> None:
    voice = VoicePipeline(VoiceConfig(), HappyClassifier(), EnergyDetector())
    assert (voice.model_name, voice.model_sha256, voice.vad_name) == ('happy 1', 'abc', 'energy')


def test_the_shortest_segment_is_not_longer_than_the_longest() -> None:
    with pytest.raises(ConfigError, match='min_segment: 2 is above max_segment 1'):
        VoiceConfig(min_segment=2.0, max_segment=1.0)
