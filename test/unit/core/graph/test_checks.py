# SPDX-License-Identifier: MIT
"""Causes and remedies from what is seen of a graph."""

from dataclasses import replace

import pytest

from emotion_ros.core.graph.checks import diagnose
from emotion_ros.core.graph.snapshot import (
    FUSION,
    SENTIMENT,
    VISION,
    ClockReport,
    GraphSnapshot,
    InputTopic,
    Kind,
    NodeReport,
    Publisher,
    Severity,
)
from emotion_ros.core.image_topics import Topic
from emotion_ros.nodes.graph.remedies import remedy

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
        '/speech: 1 utterance',
        'emotion_state: 10 Hz, at last OK',
    ]


ABSENT = tuple(NodeReport(name) for name in NODES)
COMPRESSED = 'sensor_msgs/msg/CompressedImage'
LIVE_SPEECH = 'hri_msgs/msg/LiveSpeech'
SIMULATED = tuple(replace(node, use_sim_time=True) for node in NODES.values())
YEAR_S, SINCE_1970_S = 3e7, 1.7e9


def refused(reason: str, **changes: object) -> GraphSnapshot:
    """Return a graph whose images are all refused."""
    values = RUNNING | {'processed': '0', f'rejected.{reason}': '40'}
    nodes = NODES | {VISION: replace(NODES[VISION], values=values)}
    images = replace(IMAGES, **changes)
    return replace(HEALTHY, nodes=tuple(nodes.values()), images=images)


def unpublished(*alternatives: tuple[str, str], **changes: object) -> GraphSnapshot:
    """Return a graph in which nothing comes on the images' topic."""
    topics = tuple(Topic(*topic) for topic in alternatives)
    return with_images(publishers=(), received=0, alternatives=topics, **changes)


def silent(**changes: object) -> GraphSnapshot:
    return with_images(publishers=(replace(CAMERA, **changes),), received=0)


def published_as(topic: str, msg_type: str, **changes: object) -> GraphSnapshot:
    publishers = (replace(CAMERA, type=msg_type),)
    return with_images(topic=topic, publishers=publishers, received=0, **changes)


GO2, INFO = 'unitree_go/msg/Go2FrontVideoData', 'sensor_msgs/msg/CameraInfo'
TRANSCRIPT = 'whisper_idl/msg/AudioTranscript'


def unspoken(*alternatives: tuple[str, str]) -> GraphSnapshot:
    """Return a graph in which nobody publishes speech, without a camera that would excuse it."""
    topics = tuple(Topic(*topic) for topic in alternatives)
    speech = replace(SPEECH, publishers=(), received=0, alternatives=topics)
    return replace(HEALTHY, speech=speech, images=None)


PROBLEMS = [
    (GraphSnapshot(2.0, ABSENT, where='ROS_DOMAIN_ID 7'), 'ROS_DOMAIN_ID 7', 'ros2 launch'),
    (
        GraphSnapshot(2.0, tuple(replace(node, namespaces=('/r1', '/r2')) for node in ABSENT)),
        'there are some in /r1, /r2',
        'emotion-ros doctor --namespace /r1',
    ),
    (with_node(FUSION, is_present=False), 'fusion_node does not run', 'ros2 run'),
    (
        with_node(FUSION, is_present=False, namespaces=('/r1',)),
        'fusion_node does not run here; it runs in /r1',
        'in one namespace',
    ),
    (
        replace(with_node(FUSION, is_present=False), renamed={FUSION: '/emotion'}),
        '/emotion publishes the results of fusion_node',
        'without name= in the launch file',
    ),
    (
        unpublished(('/frontvideostream', GO2), topic='/frontvideostream/compressed'),
        f'/frontvideostream is {GO2}, not {IMAGE}',
        'it is video, which is not decoded here',
    ),
    (
        unpublished(('/frontvideostream', GO2)),
        f'there is /frontvideostream ({GO2}), which needs a decoder',
        'it is video',
    ),
    (
        unpublished(('/camera_info', INFO), ('/color', IMAGE), topic='/camera_info/compressed'),
        f'/camera_info is {INFO}, not {IMAGE}; there is /color',
        'image_topic:=/color',
    ),
    (
        unspoken(*((t, STRING) for t in ('/chatbot/response', '/speech_text', '/stt_result'))),
        'there is /stt_result, /speech_text, /chatbot/response',
        'speech_topic:=/stt_result',
    ),
    (
        unspoken(('/whisper/transcript_stream', TRANSCRIPT)),
        f'there is /whisper/transcript_stream ({TRANSCRIPT})',
        'transform /whisper/transcript_stream /speech std_msgs/String',
    ),
    (with_images(brightness=135.0, contrast=0.0), 'images show one colour', 'pixel format'),
    (with_node(VISION, values=RUNNING | {'rejected.bad_stamp': '40'}), '40', 'nanosec'),
    (
        replace(HEALTHY, nodes=SIMULATED, clock=ClockReport(True, rate_hz=1.0)),
        '/clock: 1 messages/s',
        '--clock 40',
    ),
    (with_node(FUSION, count=2), '2 nodes are called /fusion_node', 'stop one'),
    (
        replace(HEALTHY, namespace='/r1', state_publishers=('/r1/fusion', '/r1/player')),
        '/r1/emotion_state has 2 publishers (/r1/fusion, /r1/player)',
        'stop one of them',
    ),
    (with_node(FUSION, values=None), 'sent no diagnostics', 'start it again'),
    (with_node(VISION, values=RUNNING | {'enabled': 'false'}), 'is switched off', 'SetBool'),
    (
        replace(HEALTHY, others=(NodeReport('demo_source', True, values={'enabled': 'false'}),)),
        'demo_source is switched off',
        'ros2 service call /demo_source/enable',
    ),
    (
        with_node(VISION, values=RUNNING | {'errors': '3'}, message='InvalidInput: NaN'),
        'vision_node: InvalidInput: NaN',
        'see its log',
    ),
    (
        refused('unsupported_encoding', encoding='32FC1', size='640x480'),
        '/image: all 40 messages are refused: unsupported_encoding (32FC1, 640x480)',
        'let the camera publish bgr8',
    ),
    (refused('bad_step'), 'refused: bad_step', 'width times the bytes of a pixel'),
    (refused('stale', age_s=10800.0), '10800.0 s behind', '--clock'),
    (refused('stale', age_s=2.0), '2.0 s behind', 'max_age: 3.5 of vision_node'),
    (refused('future', age_s=-36.9), '36.9 s ahead', 'compare the clocks'),
    (refused('stale', age_s=SINCE_1970_S), 'do not count from 1970', 'power-on'),
    (
        replace(
            refused('stale', age_s=SINCE_1970_S), clock=ClockReport(True, offset_s=-SINCE_1970_S)
        ),
        'stamps are those of /clock',
        'use_sim_time:=true',
    ),
    (
        replace(
            refused('future', age_s=0.1),
            nodes=tuple(replace(node, use_sim_time=True) for node in refused('future').nodes),
            clock=ClockReport(True, offset_s=-SINCE_1970_S),
        ),
        'stamps are those of the wall clock',
        'use_sim_time:=false, or its driver',
    ),
    (replace(HEALTHY, nodes=SIMULATED), 'no node publishes /clock', '--clock'),
    (
        replace(silent(), nodes=SIMULATED, clock=ClockReport(True, is_running=False)),
        'the clock stands still',
        'go on with the bag',
    ),
    (
        replace(with_node(VISION, use_sim_time=True), clock=ClockReport(True)),
        'vision_node: use_sim_time is true, but sentiment_node, fusion_node uses the wall clock',
        'the same use_sim_time',
    ),
    (unpublished(), 'no node publishes /image', 'enable_vision:=false'),
    (
        unpublished(('/cam0/image_raw', IMAGE)),
        'no node publishes /image; there is /cam0/image_raw',
        'image_topic:=/cam0/image_raw',
    ),
    (
        unpublished(('/cam0/image_raw/compressed', COMPRESSED)),
        'there is /cam0/image_raw/compressed',
        'image_topic:=/cam0/image_raw image_transport:=compressed',
    ),
    (
        unpublished(('/cam0/jpeg', COMPRESSED)),
        'there is /cam0/jpeg',
        'image_topic:=/cam0/jpeg image_transport:=compressed',
    ),
    (
        unpublished(
            ('/cam0/image_raw', IMAGE),
            ('/usb_cam/image_raw/compressed', COMPRESSED),
            topic='/usb_cam/image_raw',
        ),
        'no node publishes /usb_cam/image_raw',
        'image_topic:=/usb_cam/image_raw image_transport:=compressed',
    ),
    (
        unpublished(
            ('/cam0/image_raw', IMAGE),
            ('/usb_cam/image_raw/compressed', COMPRESSED),
            topic='/camera/image_raw/compressed',
            type=COMPRESSED,
        ),
        'no node publishes /camera/image_raw/compressed',
        'image_topic:=/cam0/image_raw image_transport:=raw',
    ),
    (
        unpublished(('/image/ffmpeg', 'ffmpeg_image_transport_msgs/msg/FFMPEGPacket')),
        'there is /image/ffmpeg, which needs a decoder',
        'ros2 run image_transport republish ffmpeg raw --ros-args -p in_transport:=ffmpeg '
        '-p out_transport:=raw -r in:=/image -r in/ffmpeg:=/image/ffmpeg -r out:=/image',
    ),
    (
        unpublished(('/usb_cam/image_raw/zstd', COMPRESSED)),
        'there is /usb_cam/image_raw/zstd, which needs a decoder',
        '-r in/zstd:=/usb_cam/image_raw/zstd -r out:=/image',
    ),
    (
        published_as('/image/theora', 'theora_image_transport/msg/Packet'),
        '/image/theora is theora_image_transport/msg/Packet of camera',
        '-r in/theora:=/image/theora -r out:=/image',
    ),
    (
        unpublished(
            ('/camera/camera/aligned_depth_to_color/image_raw', IMAGE),
            ('/camera/camera/color/image_raw', IMAGE),
            ('/camera/camera/infra1/image_rect_raw', IMAGE),
            ('/camera/camera/depth/image_rect_raw', IMAGE),
        ),
        'there is /camera/camera/color/image_raw, /camera/camera/infra1/image_rect_raw',
        'image_topic:=/camera/camera/color/image_raw',
    ),
    (
        unpublished(('/camera/depth/image_rect_raw', IMAGE)),
        'there is /camera/depth/image_rect_raw',
        'start the camera driver',
    ),
    (
        unpublished(managed=('/usb_cam',)),
        '/usb_cam: managed, not configured',
        'ros2 lifecycle set /usb_cam configure',
    ),
    (silent(), 'camera announces it but nothing arrives', 'log of camera'),
    (
        silent(path='/front/camera', lifecycle='inactive'),
        'it is a managed node, state inactive',
        'ros2 lifecycle set /front/camera activate',
    ),
    (
        silent(path='/mic', lifecycle='unknown'),
        'it is a managed node, perhaps not active',
        'ros2 lifecycle set /mic activate',
    ),
    (
        published_as('/image', COMPRESSED),
        '/image is sensor_msgs/msg/CompressedImage of camera',
        'image_topic:=/image image_transport:=compressed',
    ),
    (
        published_as(
            '/camera/camera_info',
            'sensor_msgs/msg/CameraInfo',
            alternatives=(Topic('/camera/image_raw', IMAGE),),
        ),
        '/camera/camera_info is sensor_msgs/msg/CameraInfo of camera',
        'image_topic:=/camera/image_raw',
    ),
    (with_images(brightness=3.0), 'the images are black', 'lens cap'),
    (
        with_node(VISION, values=RUNNING | {'received': '0'}),
        'images arrive here but not at vision_node',
        'start vision_node again',
    ),
    (
        with_speech(publishers=(Publisher('stt', STRING, is_reliable=False),)),
        'stt publishes best effort',
        'publish it reliable',
    ),
    (
        with_speech(
            publishers=(),
            received=0,
            alternatives=(Topic('/robot_description', STRING), Topic('/vosk/result', STRING)),
        ),
        'no node publishes /speech; there is /vosk/result',
        'speech_topic:=/vosk/result',
    ),
    (
        with_speech(publishers=(Publisher('rig', LIVE_SPEECH),), received=0),
        '/speech is hri_msgs/msg/LiveSpeech of rig, not std_msgs/msg/String',
        'speech_type: LiveSpeech',
    ),
    (
        with_node(SENTIMENT, values={'processed': '0', 'rejected.unsupported_language': '2'}),
        '/speech: all 2 messages are refused: unsupported_language',
        'set text_model and languages',
    ),
    (replace(HEALTHY, states=0), 'no emotion_state in 2 s', 'findings above'),
    (replace(HEALTHY, last_status='NO_INPUT'), 'although images come', 'findings above'),
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


@pytest.mark.parametrize(('values', 'severity'), MISSING)
def test_a_robot_that_sees_may_have_no_recogniser(values, severity):
    alone = with_speech(publishers=(), received=0)
    nodes = tuple(
        replace(node, values=values) if node.name == VISION else node for node in alone.nodes
    )
    findings = diagnose(replace(alone, nodes=nodes))
    (finding,) = [f for f in findings if f.what == 'no node publishes /speech']
    assert finding.severity is severity
    assert 'enable_text:=false' in remedy(finding)


def test_without_the_fusion_no_source_is_enough():
    nodes = (NodeReport(VISION), NODES[SENTIMENT], NodeReport(FUSION))
    findings = diagnose(replace(HEALTHY, nodes=nodes))
    said = [f.what for f in findings if f.severity is Severity.PROBLEM]
    assert said == ['vision_node does not run', 'fusion_node does not run']


@pytest.mark.parametrize(('snapshot', 'what', 'cure'), PROBLEMS)
def test_a_cause_comes_first_and_has_its_remedy(snapshot, what, cure):
    (problem,) = [f for f in diagnose(snapshot) if f.severity is Severity.PROBLEM]
    assert what in problem.what
    assert cure in remedy(problem)
    assert problem == diagnose(snapshot)[0]


def test_a_pause_is_a_note_before_that_of_silence_with_the_command_that_ends_it():
    quiet = with_speech(received=0)
    notes = [
        f
        for f in diagnose(replace(quiet, last_status='PAUSED'))
        if f.severity is not Severity.GOOD
    ]
    assert [note.kind for note in notes] == [Kind.REFUSED, Kind.NO_UTTERANCE]
    assert 'fusion_node/set_privacy' in remedy(notes[0])


def late_for_the_fusion() -> GraphSnapshot:
    """Return a graph whose images are 1.5 s late and accepted by the vision node only."""
    fusion = replace(NODES[FUSION], values=RUNNING | {'rejected.stale': '40'})
    vision = replace(NODES[VISION], values=RUNNING | {'age_p95_s': '1.6'})
    nodes = NODES | {FUSION: fusion, VISION: vision}
    images = replace(IMAGES, age_s=1.5)
    return replace(HEALTHY, nodes=tuple(nodes.values()), images=images, last_status='NO_INPUT')


def test_evidence_that_is_late_for_the_fusion_is_the_first_problem():
    found = diagnose(late_for_the_fusion())
    assert found[0].what == 'fusion_node could not use 40 messages: stale'
    assert 'vision_timeout: 2.9, face_fresh_for: 2.9' in remedy(found[0])


@pytest.mark.parametrize('snapshot', [snapshot for snapshot, *_ in PROBLEMS])
def test_no_finding_calls_a_topic_good_that_has_a_problem(snapshot):
    found = diagnose(snapshot)
    bad = {f.what.split(':')[0] for f in found if f.severity is Severity.PROBLEM}
    good = {f.what.split(':')[0] for f in found if f.severity is Severity.GOOD}
    assert not bad & good & {snapshot.images and snapshot.images.topic, '/speech'}


def test_refusals_are_told_for_the_time_of_the_observation():
    before = {'processed': '9', 'received': '100', 'rejected.stale': '91'}
    now = RUNNING | before | {'received': '120', 'rejected.bad_step': '20'}
    found = diagnose(with_node(VISION, values=now, before=before))
    assert found[0].what == '/image: all 20 messages are refused: bad_step (rgb8)'
    healthy = now | {'processed': '29', 'rejected.bad_step': '0'}
    assert diagnose(with_node(VISION, values=healthy, before=before)) == diagnose(HEALTHY)


def test_a_command_keeps_namespace_and_time_of_the_nodes():
    (finding,) = [f for f in diagnose(unpublished(('/r1/eye', IMAGE))) if f.severity > 1]
    assert remedy(finding, '/r1', use_sim_time=True) == (
        'ros2 launch emotion_ros emotion.launch.py namespace:=r1 use_sim_time:=true '
        'image_topic:=/r1/eye'
    )


@pytest.mark.parametrize(
    ('snapshot', 'what'),
    [
        (with_images(received=4), '/image: 2 images/s, rgb8: few'),
        (with_images(age_s=3600.0), 'stamps are 3600.0 s behind the clock here'),
        (with_images(age_s=-5.0), 'stamps are 5.0 s ahead of the clock here'),
        (with_speech(received=0), 'no utterance in 2 s'),
        (with_images(publishers=(CAMERA, CAMERA)), '/image has 2 publishers (camera, camera)'),
        (with_speech(publishers=SPEECH.publishers * 2), '/speech has 2 publishers (stt, stt)'),
        (replace(HEALTHY, clock=ClockReport(True)), 'the nodes use the wall clock'),
        (with_node(VISION, values=RUNNING | {'rejected.stale': '2'}), '2 messages: stale'),
        (
            with_node(SENTIMENT, values={'processed': '0', 'rejected.empty': '2'}),
            'all 2 messages are refused: empty',
        ),
    ],
)
def test_what_may_be_meant_is_a_note(snapshot, what):
    (note,) = [f for f in diagnose(snapshot) if f.severity is not Severity.GOOD]
    assert note.severity is Severity.NOTE
    assert what in note.what


def test_the_words_of_the_robot_are_no_remedy_for_missing_speech():
    """Turns red when the first String of the graph is given as speech_topic."""
    found = [f for f in diagnose(unspoken(('/tts/text', STRING))) if f.kind is Kind.NO_PUBLISHER]
    assert [f.what for f in found] == ['no node publishes /speech; there is /tts/text']
    assert 'start the speech recogniser' in remedy(found[0])


def test_a_driver_that_repeats_its_last_image_is_noted():
    still = diagnose(with_images(brightness=200.0, contrast=50.0, is_still=True))
    notes = [f.what for f in still if f.severity is Severity.NOTE]
    assert notes == ['/image: all 60 images are the same, to the bit']


def test_the_clock_of_a_simulation_is_said():
    snapshot = replace(HEALTHY, nodes=SIMULATED, clock=ClockReport(True))
    assert 'the time is that of /clock' in [f.what for f in diagnose(snapshot)]
