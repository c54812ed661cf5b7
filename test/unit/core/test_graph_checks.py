# SPDX-License-Identifier: MIT
"""Causes and remedies from what is seen of a graph."""

from dataclasses import replace

import pytest

from emotion_ros.core.graph_checks import (
    FUSION,
    SENTIMENT,
    VISION,
    GraphSnapshot,
    InputTopic,
    NodeReport,
    Publisher,
    Severity,
    diagnose,
)

IMAGE, STRING = 'sensor_msgs/msg/Image', 'std_msgs/msg/String'
CAMERA = Publisher('camera', IMAGE, is_reliable=False)
IMAGES = InputTopic('/image', IMAGE, (CAMERA,), received=60, encoding='rgb8', age_s=0.02)
SPEECH = InputTopic('/speech', STRING, (Publisher('stt', STRING),), received=1)
RUNNING = {'enabled': 'true', 'model': 'm.onnx', 'model_sha256': 'a' * 64, 'processed': '9'}
NODES = {name: NodeReport(name, True, 'running', RUNNING) for name in (VISION, SENTIMENT, FUSION)}
HEALTHY = GraphSnapshot(2.0, tuple(NODES.values()), IMAGES, SPEECH, states=20, last_status='OK')


def with_node(name: str, **changes: object) -> GraphSnapshot:
    nodes = NODES | {name: replace(NODES[name], **changes)}
    return replace(HEALTHY, nodes=tuple(nodes.values()))


def with_images(**changes: object) -> GraphSnapshot:
    return replace(HEALTHY, images=replace(IMAGES, **changes))


def with_speech(**changes: object) -> GraphSnapshot:
    return replace(HEALTHY, speech=replace(SPEECH, **changes))


def test_a_healthy_graph_has_no_findings_but_good_ones():
    findings = diagnose(HEALTHY)
    assert {finding.severity for finding in findings} == {Severity.GOOD}
    assert [finding.what for finding in findings] == [
        'vision_node runs, m.onnx aaaaaaaaaaaa',
        'sentiment_node runs, m.onnx aaaaaaaaaaaa',
        'fusion_node runs, m.onnx aaaaaaaaaaaa',
        '/image: 30 images/s, rgb8',
        '/speech: 1 utterances',
        'emotion_state: 10 Hz, at last OK',
    ]


ABSENT = tuple(NodeReport(name) for name in NODES)
PROBLEMS = [
    (GraphSnapshot(2.0, ABSENT, where='ROS_DOMAIN_ID 7'), 'ROS_DOMAIN_ID 7', 'ros2 launch'),
    (with_node(FUSION, is_present=False), 'fusion_node does not run', 'ros2 run'),
    (with_node(FUSION, values=None), 'sent no diagnostics', 'start it again'),
    (with_node(VISION, values=RUNNING | {'enabled': 'false'}), 'is switched off', 'SetBool'),
    (
        with_node(VISION, values=RUNNING | {'errors': '3'}, message='InvalidInput: NaN'),
        'vision_node: InvalidInput: NaN',
        'see its log',
    ),
    (
        with_node(VISION, values={'processed': '0', 'rejected.unsupported_encoding': '40'}),
        'could not use 40 messages: unsupported_encoding',
        'let the camera publish bgr8',
    ),
    (with_node(FUSION, use_sim_time=True), 'no node publishes /clock', '--clock'),
    (with_images(publishers=(), received=0), 'no node publishes /image', 'enable_vision:=false'),
    (
        with_images(publishers=(), received=0, alternatives=('/cam0/image_raw',)),
        'no node publishes /image; there is /cam0/image_raw',
        'image_topic:=/cam0/image_raw',
    ),
    (with_images(received=0), 'camera announces it but nothing arrives', 'log of camera'),
    (
        with_images(publishers=(replace(CAMERA, type='sensor_msgs/msg/CompressedImage'),)),
        '/image is sensor_msgs/msg/CompressedImage of camera',
        'image_transport:=compressed',
    ),
    (
        with_speech(publishers=(Publisher('stt', STRING, is_reliable=False),)),
        'stt publishes best effort',
        'publish it reliable',
    ),
    (with_speech(publishers=(), received=0), 'no node publishes /speech', 'enable_text:=false'),
    (replace(HEALTHY, states=0), 'no emotion_state in 2 s', 'findings above'),
]


# What comes of the other source when one does not run, and how bad it is that it does not.
MISSING = [
    (RUNNING, Severity.NOTE),
    (RUNNING | {'processed': '0'}, Severity.PROBLEM),
    ({}, Severity.PROBLEM),
    (None, Severity.PROBLEM),
]


@pytest.mark.parametrize(('values', 'severity'), MISSING)
@pytest.mark.parametrize(('missing', 'other'), [(VISION, SENTIMENT), (SENTIMENT, VISION)])
def test_a_source_may_be_left_out_when_something_comes_of_the_other(
    missing, other, values, severity
):
    nodes = NODES | {missing: NodeReport(missing), other: NodeReport(other, True, values=values)}
    findings = diagnose(replace(HEALTHY, nodes=tuple(nodes.values())))
    (finding,) = [f for f in findings if f.what == f'{missing} does not run']
    assert finding.severity is severity


def test_without_the_fusion_no_source_is_enough():
    nodes = (NodeReport(VISION), NODES[SENTIMENT], NodeReport(FUSION))
    findings = diagnose(replace(HEALTHY, nodes=nodes))
    said = [f.what for f in findings if f.severity is Severity.PROBLEM]
    assert said == ['vision_node does not run', 'fusion_node does not run']


@pytest.mark.parametrize(('snapshot', 'what', 'remedy'), PROBLEMS)
def test_a_cause_has_its_remedy(snapshot, what, remedy):
    (problem,) = [f for f in diagnose(snapshot) if f.severity is Severity.PROBLEM]
    assert what in problem.what
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ('snapshot', 'what'),
    [
        (with_images(received=4), '/image: 2 images/s, rgb8: few'),
        (with_images(age_s=3600.0), 'stamps are +3600.0 s'),
        (with_images(age_s=-5.0), 'stamps are -5.0 s'),
        (with_speech(received=0), 'no utterance in 2 s'),
        (with_images(publishers=(CAMERA, CAMERA)), '/image has 2 publishers (camera, camera)'),
        (with_speech(publishers=SPEECH.publishers * 2), '/speech has 2 publishers (stt, stt)'),
        (replace(HEALTHY, has_clock=True), 'the nodes use the wall clock'),
        (with_node(VISION, values=RUNNING | {'rejected.stale': '2'}), '2 messages: stale'),
    ],
)
def test_what_may_be_meant_is_a_note(snapshot, what):
    (note,) = [f for f in diagnose(snapshot) if f.severity is not Severity.GOOD]
    assert note.severity is Severity.NOTE
    assert what in note.what


def test_the_clock_of_a_simulation_is_said():
    snapshot = replace(with_node(VISION, use_sim_time=True), has_clock=True)
    assert 'the time is that of /clock' in [f.what for f in diagnose(snapshot)]
