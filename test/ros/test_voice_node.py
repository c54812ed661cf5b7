# SPDX-License-Identifier: MIT
"""voice_node over real DDS: evidence per segment, activity, who speaks, and bad sound."""

from array import array
from collections.abc import Callable
from math import isfinite, isinf, isnan

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import Log
from rclpy.qos import ReliabilityPolicy, qos_profile_sensor_data
from std_msgs.msg import Bool, String
from std_srvs.srv import SetBool

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.people.privacy import PrivacyMode, PrivacyRules
from emotion_ros.msg import Audio, EmotionEvidence, EmotionState, FaceEmotionArray, VoiceActivity
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.qos import LATCHED
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.messages.to_msg import face_to_msg
from emotion_ros.nodes.voice_node import VoiceNode
from fakes import AngryVoiceClassifier, FaultSequence, voice_pipeline_factory
from graph import Graph, diagnostics_of
from sounds import RATE, messages, noise, spoken, syllables


def start(graph: Graph, faults: FaultSequence | None = None, **parameters) -> VoiceNode:
    """Start a voice node that takes what is loud for angry speech."""
    classifier = AngryVoiceClassifier(faults or (lambda: None))
    return graph.add(
        VoiceNode, voice_pipeline_factory(classifier), max_age=60.0, max_future=60.0, **parameters
    )


def play(
    graph: Graph,
    node: VoiceNode,
    sound,
    begin_s: float | None = None,
    lost: Callable[[int], bool] = lambda n: False,
    **options,
) -> float:
    """Publish a sound at once, wait until the node has dealt with it; return when it began.

    Chunks whose number is ``lost`` are left out.
    """
    begin_s = node.now_s() - len(sound) / RATE if begin_s is None else begin_s
    publisher = graph.publisher(Audio, 'audio', 100)
    graph.until(lambda: node.input.publishers, 'the other side of the connection')
    whole, before = messages(sound, begin_s, **options), dealt_with(node)
    chunks = [chunk for n, chunk in enumerate(whole) if not lost(n)]
    for msg in chunks:
        publisher.publish(msg)
    graph.until(lambda: dealt_with(node) >= before + len(chunks), 'the sound')
    return begin_s


def dealt_with(node: VoiceNode) -> int:
    counts = node.statistics.counts()
    return sum(n for name, n in counts.items() if name == 'processed' or 'rejected.' in name)


def rejected(node: VoiceNode) -> dict[str, int]:
    counts = node.statistics.counts()
    return {k.removeprefix('rejected.'): n for k, n in counts.items() if k.startswith('rejected.')}


def test_a_segment_is_evidence_at_its_end(graph):
    node = start(graph)
    evidence = graph.listen(EmotionEvidence, 'emotion/evidence')
    begin_s = play(graph, node, spoken(0.8))
    found = graph.until(lambda: evidence, 'evidence')[0]
    assert (found.modality, found.source, found.person_id) == ('voice', 'voice_node', '')
    assert stamp_to_seconds(found.header.stamp) == pytest.approx(begin_s + 1.8, abs=0.15)
    assert found.probabilities[0] == pytest.approx(0.88)
    assert 0.2 < found.quality <= 1.0
    assert found.detail == 'Angry (88%)'
    assert rejected(node) == {}


def test_while_somebody_goes_on_speaking_there_is_evidence_every_second(graph):
    node = start(graph)
    evidence = graph.listen(EmotionEvidence, 'emotion/evidence')
    play(graph, node, spoken(4.2))
    graph.until(lambda: len(evidence) >= 4, 'evidence')
    stamps = [stamp_to_seconds(e.header.stamp) for e in evidence]
    assert np.diff(stamps[:4]) == pytest.approx([1.0] * 3, abs=0.3)


def test_the_activity_has_level_speech_and_duration(graph):
    node = start(graph)
    activity = graph.listen(VoiceActivity, 'emotion/voice')
    assert isnan(graph.until(lambda: activity, 'activity')[0].level_dbfs)
    begin_s = play(graph, node, np.concatenate([noise(1.0), syllables(1.2)]))
    graph.until(lambda: activity[-1].speaking, 'speech')
    assert -30 < activity[-1].level_dbfs < -5
    assert activity[-1].segment_duration == pytest.approx(1.2, abs=0.2)
    assert activity[-1].header.frame_id == 'mic'
    play(graph, node, np.zeros(6 * RATE), begin_s + 2.2)
    graph.until(lambda: not activity[-1].speaking, 'silence')
    graph.until(lambda: isinf(activity[-1].level_dbfs), 'the level of silence')
    assert activity[-1].segment_duration == pytest.approx(1.2, abs=0.2)


@pytest.mark.parametrize(
    ('speaking', 'person_id'),
    [((0.1, 0.9), 'face_2'), ((0.9, 0.9), ''), ((float('nan'),), 'face_1')],
)
def test_the_voice_belongs_to_the_face_whose_mouth_moves(graph, speaking, person_id):
    node = start(graph)
    evidence = graph.listen(EmotionEvidence, 'emotion/evidence')
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
    begin_s = node.now_s() - 3.0
    for n in range(30):
        msg = FaceEmotionArray()
        msg.header.stamp = seconds_to_stamp(begin_s + 0.1 * n)
        msg.faces = [
            face_to_msg(FaceObservation(i + 1, (0, 0, 1, 1), 0.9, 0.9, (1 / 7,) * 7, speaking=s))
            for i, s in enumerate(speaking)
        ]
        faces.publish(msg)
        graph.serve()
    graph.until(lambda: node.speakers.images >= 25, 'the faces')
    play(graph, node, spoken(0.8), begin_s)
    assert graph.until(lambda: evidence, 'evidence')[0].person_id == person_id


@pytest.mark.parametrize('chunk_s', [0.031, 2.8])
def test_the_length_of_the_chunks_does_not_matter(graph, chunk_s):
    node = start(graph)
    evidence = graph.listen(EmotionEvidence, 'emotion/evidence')
    begin_s = play(graph, node, spoken(0.8), chunk_s=chunk_s)
    found = graph.until(lambda: evidence, 'evidence')
    assert stamp_to_seconds(found[0].header.stamp) == pytest.approx(begin_s + 1.8, abs=0.15)


def bad(**fields) -> Audio:
    return next(messages(noise(0.1), 0.0, **fields))


@pytest.mark.parametrize(
    ('fields', 'reason'),
    [
        ({'samples': array('h')}, 'empty'),
        ({'sample_rate': 0}, 'unsupported_rate'),
        ({'sample_rate': 192_000}, 'unsupported_rate'),
        ({'channels': 0}, 'unsupported_channels'),
        ({'channels': 3}, 'bad_length'),
    ],
)
def test_a_bad_message_is_counted_with_its_reason(graph, fields, reason):
    node = start(graph)
    graph.publisher(Audio, 'audio', 100).publish(bad(**fields))
    graph.until(lambda: rejected(node), 'a rejection')
    assert rejected(node) == {reason: 1}
    play(graph, node, noise(0.2))
    assert node.statistics.counts()['processed'] == 2


def test_stamps_out_of_range_are_refused_and_a_missing_one_is_the_receipt(graph):
    node = graph.add(VoiceNode, voice_pipeline_factory(AngryVoiceClassifier()))
    now_s, publisher = node.now_s(), graph.publisher(Audio, 'audio', 100)
    for begin_s in (now_s - 60.0, now_s + 60.0, 0.0):
        publisher.publish(next(messages(noise(0.1), begin_s)))
    graph.until(lambda: dealt_with(node) == 3, 'all three')
    assert rejected(node) == {'stale': 1, 'future': 1}


def test_while_the_robot_speaks_nothing_counts(graph):
    faults = FaultSequence()
    node = start(graph, faults)
    play(graph, node, np.concatenate([noise(1.0), syllables(0.3)]))
    graph.publisher(Bool, 'mute').publish(Bool(data=True))
    graph.until(lambda: node.details()['muted'] == 'true', 'mute')
    play(graph, node, spoken(1.0), node.now_s())
    graph.publisher(Bool, 'mute').publish(Bool(data=False))
    graph.until(lambda: node.details()['muted'] == 'false', 'the end of mute')
    assert set(rejected(node)) == {'muted'}
    assert faults.calls == 0


def test_the_announced_words_of_the_robot_are_its_own_voice(graph):
    node = start(graph, mute_hold=0.0)
    graph.publisher(String, 'robot_speech').publish(String(data='hello ' * 40))
    graph.until(lambda: node.robot_speech.is_speaking(node.now_s(), 1.0), 'the words')
    play(graph, node, spoken(1.0))
    assert set(rejected(node)) == {'own_voice'}


@pytest.mark.parametrize(
    ('rules', 'count'),
    [
        (PrivacyRules(unknown_speaker=PrivacyMode.NO_TEXT), 0),
        (PrivacyRules(unknown_speaker=PrivacyMode.PAUSED), 1),
    ],
)
def test_the_voice_of_a_paused_person_is_not_classified(graph, rules, count):
    faults = FaultSequence()
    node = start(graph, faults)
    graph.publisher(String, 'emotion/privacy', LATCHED).publish(String(data=rules.to_json()))
    graph.until(lambda: node.privacy.mode('') is rules.unknown_speaker, 'the rules')
    play(graph, node, spoken(0.8))
    counts = node.statistics.counts()
    assert (counts.get('paused', 0), faults.calls) == (count, 1 - count)


def test_switched_off_no_sound_is_processed(graph):
    node = start(graph)
    evidence = graph.listen(EmotionEvidence, 'emotion/evidence')
    graph.call(SetBool, 'voice_node/enable', SetBool.Request(data=False))
    publisher = graph.publisher(Audio, 'audio', 100)
    for msg in messages(spoken(1.0), node.now_s() - 30.0):
        publisher.publish(msg)
    graph.until(lambda: node.statistics.counts()['received'] >= 20, 'the sound')
    assert node.statistics.counts()['processed'] == 0
    graph.call(SetBool, 'voice_node/enable', SetBool.Request(data=True))
    play(graph, node, spoken(1.0))
    graph.until(lambda: evidence, 'evidence')


def test_a_failing_model_is_an_error_and_the_next_segment_counts(graph):
    node = start(graph, FaultSequence('nan', ''))
    evidence = graph.listen(EmotionEvidence, 'emotion/evidence')
    play(graph, node, np.concatenate([spoken(0.6), spoken(0.6)]))
    graph.until(lambda: evidence, 'evidence')
    assert rejected(node) == {'bad_output': 1}


def test_two_microphones_on_one_topic_are_not_mixed(graph):
    node = start(graph)
    begin_s = node.now_s() - 3.0
    publisher = graph.publisher(Audio, 'audio', 100)
    for left, right in zip(
        messages(noise(2.0), begin_s),
        messages(
            syllables(2.0),
            begin_s + 0.05,
        ),
        strict=True,
    ):
        right.header.frame_id = 'other'
        publisher.publish(left)
        publisher.publish(right)
    graph.until(lambda: dealt_with(node) == 40, 'the sound of both')
    assert rejected(node) == {'other_source': 20}


def test_a_clock_that_jumps_back_begins_anew(graph):
    node = start(graph)
    evidence = graph.listen(EmotionEvidence, 'emotion/evidence')
    now_s = node.now_s()
    play(graph, node, spoken(0.6), now_s - 5.0)
    play(graph, node, spoken(0.6), now_s - 40.0)
    graph.until(lambda: len(evidence) >= 2, 'evidence')
    assert evidence[-1].header.stamp.sec < now_s - 35.0
    assert rejected(node) == {}


@pytest.mark.parametrize(
    'sound',
    [
        np.zeros(20 * RATE),
        noise(20.0, 0.05),
        noise(20.0, 0.9).clip(-1, 1),
        np.full(20 * RATE, 0.5),
    ],
    ids=['silence', 'noise', 'clipped noise', 'offset'],
)
def test_silence_and_noise_are_no_evidence_and_no_actionable_state(graph, sound):
    node = start(graph)
    graph.add(FusionNode)
    evidence = graph.listen(EmotionEvidence, 'emotion/evidence')
    states = graph.listen(EmotionState, 'emotion_state')
    play(graph, node, sound, chunk_s=1.0)
    graph.until(lambda: len(states) > 10, 'states')
    assert not evidence
    assert not any(state.actionable for state in states)
    assert node.statistics.counts()['processed'] == 20


def last_status(found: list[DiagnosticArray]) -> str:
    statuses = [s for m in found for s in m.status if s.name == 'voice_node']
    return statuses[-1].message if statuses else ''


def test_lost_blocks_are_told_and_their_segments_counted(graph):
    found = graph.listen(DiagnosticArray, '/diagnostics')
    logs = graph.listen(Log, '/rosout', 100)
    evidence = graph.listen(EmotionEvidence, 'emotion/evidence')
    node = start(graph)
    play(graph, node, spoken(7.0), chunk_s=0.1, lost=lambda n: n % 10 == 9)
    words = 'of the sound is lost on the way'
    graph.until(lambda: words in last_status(found), words)
    values = diagnostics_of(found, 'voice_node')
    assert float(values['lost_share']) == pytest.approx(0.1, abs=0.02)
    assert int(values['gaps']) > 5
    assert int(values['segments_with_gaps']) > 3
    assert all(e.quality < 0.8 for e in evidence)
    warnings = lambda: [m.msg for m in logs if m.name == 'voice_node' and words in m.msg]  # noqa: E731
    graph.until(warnings, 'the warning')
    assert 'let the driver publish reliably' in warnings()[0]


def test_a_rate_that_no_stream_takes_is_told_within_a_second(graph):
    found = graph.listen(DiagnosticArray, '/diagnostics')
    node = start(graph)
    play(graph, node, spoken(1.0), sample_rate=96_000)
    node.check_and_report()
    graph.until(lambda: 'unsupported_rate' in last_status(found), 'the diagnostics')
    after = [s.message for m in found for s in m.status if 'unsupported_rate' in str(s.values)]
    assert set(after) == {'refuses all messages: unsupported_rate'}


@pytest.mark.parametrize(
    ('sound', 'words'),
    [
        (np.zeros(5 * RATE), 'audio arrives, but it is silence (-120.0 dBFS)'),
        (noise(5.0, 0.9), 'of the sound is clipped'),
    ],
)
def test_the_diagnostics_say_what_is_wrong_with_the_sound(graph, sound, words):
    found = graph.listen(DiagnosticArray, '/diagnostics')
    node = start(graph)
    play(graph, node, sound, chunk_s=1.0)
    graph.until(lambda: words in last_status(found), words)
    values = diagnostics_of(found, 'voice_node')
    assert values['model'] == 'angry_voice'
    for key in ('level_dbfs', 'loudest_dbfs', 'clipping', 'speech_share', 'real_time_factor'):
        assert isfinite(float(values[key])), key


def test_what_a_reliable_driver_sends_is_asked_for_again_when_lost(graph):
    override = {'qos_overrides./audio.subscription.reliability': 'best_effort'}
    graph.tester.create_publisher(Audio, 'audio', 10)
    nodes = [start(graph), start(graph, **override)]
    asked = lambda: [n.input.qos.reliability for n in nodes]  # noqa: E731
    wanted = [ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT]
    graph.until(lambda: asked() == wanted, 'the offer of the driver')
    graph.tester.create_publisher(Audio, 'audio', qos_profile_sensor_data)
    wanted = [ReliabilityPolicy.BEST_EFFORT] * 2
    graph.until(lambda: asked() == wanted, 'what both offer')
