# SPDX-License-Identifier: MIT
"""J. Security and privacy: nothing about a person stays behind, nothing runs that came as data."""

import ast
import os
import re
import shutil
import subprocess
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

import psutil
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import Log
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import String
from std_srvs.srv import SetBool

from emotion_ros.files.resources import packaged_config
from emotion_ros.msg import (
    Audio,
    EmotionEvent,
    EmotionEvidence,
    EmotionState,
    EmotionStateArray,
    FaceEmotionArray,
    TextSentiment,
    VoiceActivity,
)
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from fakes import (
    FaultSequence,
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from graph import Graph, diagnostics_of
from lengths import length
from running import with_fakes
from sounds import messages, noise, spoken
from source_rules import ROOT, dangers, sources
from stills import Camera, bright_square, smiling_face, still

DISABLED = EmotionState.STATUS_DISABLED
CANARY = 'zanzibar'
SAID = f'I am so happy today in {CANARY}!'
PATTERN = bytes(range(33, 97))
WORDS = array('h', PATTERN)  # as samples
START_S = 60.0
INPUTS = {'/image', '/speech', '/mute', '/robot_speech', '/emotion/evidence', '/clock'}
OUTPUTS = {
    '/emotion/faces': FaceEmotionArray,
    '/emotion/text': TextSentiment,
    '/emotion/privacy': String,
    '/emotion_events': EmotionEvent,
    '/emotion_context': String,
    '/emotion/data_processing': String,
    '/emotion_state': EmotionState,
    '/emotion_states': EmotionStateArray,
    '/diagnostics': DiagnosticArray,
    '/rosout': Log,
}
ONLY_WHEN_ASKED_FOR = {'/emotion/debug_image', '/observe_reaction/_action/feedback'}
OF_RCL = {'/parameter_events', '/observe_reaction/_action/status'}
OF_RCL |= {f'/{name}_node/transition_event' for name in ('vision', 'sentiment', 'fusion')}


@dataclass(frozen=True)
class Sandbox:
    """Where a program may write, empty at first, and the environment that sends it there."""

    path: Path

    @property
    def log(self) -> Path:
        return self.path / 'log'

    @property
    def printed(self) -> Path:
        return self.path / 'printed.txt'

    def environment(self) -> dict[str, str]:
        """Leave out what quiets a telemetry in tests only."""
        kept = {k: v for k, v in os.environ.items() if k not in ('CI', 'XDG_CACHE_HOME')}
        folders = {'HOME': 'home', 'TMPDIR': 'tmp', 'ROS_LOG_DIR': 'log'}
        for name in folders.values():
            (self.path / name).mkdir(exist_ok=True)
        return kept | {key: str(self.path / name) for key, name in folders.items()}

    def files_outside_the_log(self) -> list[Path]:
        everything = [path for path in self.path.rglob('*') if path.is_file()]
        return [p for p in everything if self.log not in p.parents and p != self.printed]


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    (tmp_path / 'work').mkdir()
    return Sandbox(tmp_path)


@contextmanager
def program_in(
    sandbox: Sandbox, module: str = 'emotion_ros.nodes.pipeline'
) -> Iterator[psutil.Process]:
    """Run a program, the pipeline with default parameters or another, in a sandbox."""
    with sandbox.printed.open('wb') as printed:
        process = subprocess.Popen(
            [sys.executable, '-m', module],
            cwd=sandbox.path / 'work',
            env=sandbox.environment() | with_fakes(),
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=START_S)


def film_and_talk(graph: Graph, heard: dict[str, list]) -> None:
    """Show a face with a pattern in the picture and say words until both have been used."""
    picture = smiling_face()
    picture[0, : len(PATTERN)] = array('B', PATTERN)
    Camera(graph, picture, fps=10.0)
    images, speech = graph.publisher(Image, 'image', 1), graph.publisher(String, 'speech')

    def show_broken() -> None:
        broken = still(picture, graph.tester.get_clock().now().to_msg())
        broken.encoding, broken.header.frame_id = CANARY, 'camera'
        images.publish(broken)

    graph.tester.create_timer(0.3, show_broken)
    speech.publish(String(data=SAID))
    both_used = lambda: any(  # noqa: E731
        {e.modality for e in state.evidence if e.used} == {'face', 'text'}
        for state in heard['/emotion_state']
    )
    graph.until(both_used, 'a state made of face and words', START_S)
    count = lambda node, key: int(diagnostics_of(heard['/diagnostics'], node).get(key, '0'))  # noqa: E731
    graph.until(lambda: count('sentiment_node', 'processed'), 'the words counted', START_S)
    refused = 'rejected.unsupported_encoding'
    graph.until(lambda: count('vision_node', refused), 'the broken image counted', START_S)


@pytest.mark.usefixtures('weights')
def test_promise_65_nothing_about_a_person_stays_behind(graph, sandbox):
    """Red when SentimentNode.accept logs msg, or perception/__init__.py is empty."""
    heard = {topic: graph.listen(kind, topic) for topic, kind in OUTPUTS.items()}
    with program_in(sandbox) as process:
        film_and_talk(graph, heard)
        offered = {name for name, _ in graph.tester.get_topic_names_and_types()}
        written = [file.path for file in process.open_files() if file.mode not in ('r', 'rb')]
    assert offered - OF_RCL - INPUTS - ONLY_WHEN_ASKED_FOR == OUTPUTS.keys()
    assert [path for path in written if not inside(path, sandbox)] == []
    assert sandbox.files_outside_the_log() == []
    messages = {topic: b''.join(map(serialize_message, said)) for topic, said in heard.items()}
    files = {path: path.read_bytes() for path in (*sandbox.log.rglob('*.log'), sandbox.printed)}
    assert len(files) > 1
    for where, content in (messages | files).items():
        assert not has_canary(content), where


def test_sound_does_not_stay_behind(graph, sandbox):
    """Red when VoiceNode.accept logs the samples, or publishes them again."""
    topics = {
        '/emotion/evidence': EmotionEvidence,
        '/emotion/voice': VoiceActivity,
        '/diagnostics': DiagnosticArray,
        '/rosout': Log,
    }
    heard = {topic: graph.listen(kind, topic) for topic, kind in topics.items()}
    with program_in(sandbox, 'angry_voice') as process:
        audio = graph.publisher(Audio, 'audio', 100, START_S)
        graph.tester.create_timer(2.0, lambda: say(audio))
        graph.until(lambda: heard['/emotion/evidence'], 'evidence', START_S)
        count = lambda: diagnostics_of(heard['/diagnostics'], 'voice_node')  # noqa: E731
        graph.until(lambda: 'rejected.bad_length' in count(), 'the broken sound', START_S)
        written = [file.path for file in process.open_files() if file.mode not in ('r', 'rb')]
    assert [path for path in written if not inside(path, sandbox)] == []
    assert sandbox.files_outside_the_log() == []
    contents = [b''.join(map(serialize_message, said)) for said in heard.values()]
    contents += [p.read_bytes() for p in (*sandbox.log.rglob('*.log'), sandbox.printed)]
    for content in contents:
        assert not has_canary(content)
        assert str(WORDS[:8].tolist())[1:-1].encode() not in content


def say(audio) -> None:
    """Publish a sentence at once, whose samples hold the pattern, and a broken message.

    Again and again: what is sent best effort before the other side knows of it is lost.
    """
    for n, msg in enumerate(messages(spoken(0.6, 0.2, 0.2), 0.0)):
        msg.header.stamp = Time()  # the time of the receipt: they come at once
        if 2 <= n < 8:  # while there is speech: the pattern is loud
            msg.samples[: len(WORDS)] = WORDS
        audio.publish(msg)
    audio.publish(next(messages(noise(0.1), 0.0, channels=3)))


def inside(path: str, sandbox: Sandbox) -> bool:
    """Return whether a file is of the log, or the shared memory in which DDS sends messages."""
    return path.startswith((f'{sandbox.log}/', str(sandbox.printed), '/dev/shm/fast'))  # noqa: S108


def has_canary(content: bytes) -> bool:
    """Return whether the words, or a piece of the pattern, are in there."""
    pieces = (PATTERN[i : i + 16] for i in range(0, len(PATTERN), 16))
    return CANARY.encode() in content.lower() or any(piece in content for piece in pieces)


@pytest.mark.parametrize(
    ('content', 'found'),
    [(b'', False), (b'nothing', False), (b'in ZanziBar!', True), (b'..' + PATTERN[:20], True)],
)
def test_promise_65_a_canary_would_be_found(content, found):
    """Red when has_canary() looks for the whole pattern only."""
    assert has_canary(content) is found


def test_promise_66_switched_off_nothing_is_inferred_and_the_state_says_so(graph, figure):
    """Red when WorkerNode.on_enable does not publish the status."""
    faults = FaultSequence(), FaultSequence()
    states = graph.listen(EmotionState, 'emotion_state')
    graph.add(
        VisionNode,
        face_pipeline_factory(HappyFaceClassifier(faults[0])),
        min_face_px=8,
        detect_every=1,
    )
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine(faults[1])))
    graph.add(FusionNode)
    Camera(graph, bright_square(), fps=30.0)
    speech = graph.publisher(String, 'speech')
    waits_s = []
    for i in range(int(length(20, 5))):
        speech.publish(String(data=f'I am so happy, {i}!'))
        graph.until(lambda: states and states[-1].label == 'happy', 'a state')
        begun_s = monotonic()
        for node in ('vision_node', 'sentiment_node'):
            graph.call(SetBool, f'{node}/enable', SetBool.Request(data=False))
        graph.until(lambda: states[-1].status == DISABLED, 'disabled')
        waits_s.append(monotonic() - begun_s)
        assert_nothing_is_inferred(graph, states, speech, faults)
        for node in ('vision_node', 'sentiment_node'):
            graph.call(SetBool, f'{node}/enable', SetBool.Request(data=True))
    figure('switched off, to STATUS_DISABLED', median(waits_s), 's')
    assert median(waits_s) <= length(0.2, 2.0)


def assert_nothing_is_inferred(graph, states, speech, faults) -> None:
    """Go on filming and talking for a few states more."""
    deadline_s = monotonic() + 0.2
    graph.until(lambda: monotonic() > deadline_s, 'the end of what was under way')
    calls = [each.calls for each in faults]
    states.clear()
    speech.publish(String(data='This is terrible!'))
    graph.until(lambda: len(states) > 3, 'states')
    assert {state.status for state in states} == {DISABLED}
    assert {state.not_actionable_reason for state in states} == {'disabled'}
    assert [each.calls for each in faults] == calls


def test_promise_66_words_that_wait_are_not_scored(graph):
    """Red when WorkerNode.on_enable does not clear the worker."""
    faults = FaultSequence('hang')
    said = graph.listen(TextSentiment, 'emotion/text')
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine(faults)))
    speech = graph.publisher(String, 'speech')
    speech.publish(String(data='I am so happy!'))
    graph.until(lambda: faults.calls == 1, 'the first words')
    for i in range(4):
        speech.publish(String(data=f'I am so happy, {i}!'))
    graph.until(lambda: node.statistics.counts()['received'] == 5, 'the words')
    switch(graph, 'sentiment_node', to=False)
    faults.released.set()
    switch(graph, 'sentiment_node', to=True)
    said.clear()
    speech.publish(String(data='This is terrible!'))
    graph.until(lambda: [s for s in said if s.sentiment == 0], 'the next words')
    assert faults.calls == 2


def test_promise_66_an_image_that_waits_is_not_looked_at(graph):
    """Red when WorkerNode.on_enable does not clear the worker."""
    faults = FaultSequence('hang')
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    node = graph.add(
        VisionNode,
        face_pipeline_factory(HappyFaceClassifier(faults)),
        min_face_px=8,
        detect_every=1,
    )
    images = graph.publisher(Image, 'image', 1)

    def show(divisor: int = 1) -> Time:
        image = bright_square() // divisor  # the same face again would not be classified
        picture = still(image, graph.tester.get_clock().now().to_msg())
        images.publish(picture)
        return picture.header.stamp

    show()
    graph.until(lambda: faults.calls == 1, 'the first image')
    show()
    graph.until(lambda: node.statistics.counts()['received'] == 2, 'the second image')
    switch(graph, 'vision_node', to=False)
    faults.released.set()
    graph.until(lambda: node.statistics.counts()['processed'] >= 1, 'the end of the first')
    switch(graph, 'vision_node', to=True)
    third = show(2)
    graph.until(lambda: [f for f in faces if f.header.stamp == third], 'the third image')
    assert faults.calls == 2


def switch(graph: Graph, node: str, *, to: bool) -> None:
    assert graph.call(SetBool, f'{node}/enable', SetBool.Request(data=to)).success


@pytest.mark.parametrize(
    ('source', 'found'),
    [
        ('', []),
        ('model.eval()', []),
        ('import json, ast', []),
        ('subprocess.run(["ls"], shell=False)', []),
        ('torch.load_file(x)', []),
        ('eval("1")', ['eval']),
        ('builtins.exec(x)', ['builtins.exec']),
        ('import pickle', ['pickle']),
        ('from joblib import load', ['joblib.load']),
        ('import a.b, pickle as p', ['pickle']),
        ('def f():\n    from shelve import open', ['shelve.open']),
        ('torch.load(path)', ['torch.load']),
        ('yaml.load(x)', ['yaml.load']),
        ('np.load(x, allow_pickle=True)', ['allow_pickle=True']),
        ('subprocess.run("ls", shell=True)', ['shell=True']),
        ('subprocess.run("ls", shell=yes)', ['shell=yes']),
        ('os.system("ls")', ['os.system']),
        ('torch.load_state(x, weights_only=False)', ['weights_only=False']),
        ('M.from_pretrained(x, trust_remote_code=True)', ['trust_remote_code=True']),
    ],
)
def test_promise_67_what_runs_code_from_data_would_be_found(source, found):
    """Red when a line of dangers() in source_rules.py is taken out."""
    assert list(dangers(ast.parse(source))) == found


def test_promise_67_no_source_file_runs_code_that_came_as_data():
    """Red when torch_backend.py uses torch.load."""
    files = sources()
    assert len(files) > 150
    found = [
        f'{f.relative_to(ROOT)}: {d}' for f in files for d in dangers(ast.parse(f.read_text()))
    ]
    assert found == []


def test_promise_67_onnx_sessions_are_opened_in_one_place_from_bytes():
    """Red when a detector calls onnxruntime.InferenceSession(path) itself."""
    openers = [
        str(path.relative_to(ROOT))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith('InferenceSession')
    ]
    assert openers == ['emotion_ros/perception/models/onnx_session.py']


DDS_PORTS = 7400, 250  # RTPS 2.5, 9.6.2.3: base and gain of the ports of a domain
FAST_DDS_PORTS = range(7000, 7400)  # counted up from 7000, one for each process of this machine


@pytest.mark.usefixtures('weights')
def test_promise_68_only_dds_opens_sockets(graph, sandbox, ros_domain):
    """Red when a node listens on a TCP port."""
    heard = {topic: graph.listen(kind, topic) for topic, kind in OUTPUTS.items()}
    with program_in(sandbox) as process:
        film_and_talk(graph, heard)
        inet, unix = process.net_connections('inet'), process.net_connections('unix')
    base, gain = DDS_PORTS
    of_domain = range(base + gain * ros_domain, base + gain * (ros_domain + 1))
    expected = of_domain, FAST_DDS_PORTS, ephemeral_ports()
    assert inet
    assert unix == []
    for socket in inet:
        assert socket.type.name == 'SOCK_DGRAM'
        assert not socket.raddr
        assert any(socket.laddr.port in ports for ports in expected)


def ephemeral_ports() -> range:
    """Return the ports that Linux hands out: DDS sends from them."""
    low, high = map(int, Path('/proc/sys/net/ipv4/ip_local_port_range').read_text().split())
    return range(low, high + 1)


def can_cut_the_network() -> bool:
    """Return whether a program can be run with nothing but a loopback interface."""
    if not (shutil.which('unshare') and shutil.which('ip')):
        return False
    return subprocess.run(['unshare', '--net', 'true'], capture_output=True).returncode == 0


@pytest.mark.usefixtures('weights')
@pytest.mark.skipif(not can_cut_the_network(), reason='unshare --net is not allowed here')
def test_promise_68_without_network_everything_works(sandbox, tmp_path, ros_domain):
    """Red when make_text_pipeline downloads something."""
    story = tmp_path / 'work' / 'story.yaml'
    story.write_text(
        f'- at: 0.0\n  show: [{{image: {packaged_config("demo/astronaut.jpg")}, x: 140, y: 40,'
        ' height_px: 360}]\n  say: I am so happy today!\n'
        '  expect: {status: ok, emotion: happy, within_s: 4.0}\n'
    )
    demo = f'{sys.executable} -m emotion_ros.cli.main demo --headless'
    command = f'ip link set lo up && exec {demo} --storyboard {story} --domain {ros_domain}'
    done = subprocess.run(
        ['unshare', '--net', 'bash', '-c', command],
        env=sandbox.environment(),
        capture_output=True,
        text=True,
        timeout=START_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '1 of 1 expectations met' in done.stdout


RULES = {
    'README.md': ('What the output means', 'Intended use', 'Prohibited use', 'Notice', 'Privacy'),
    'docs/responsible_use.md': (
        'What the output means',
        'Intended use',
        'Prohibited use',
        'Notice',
        'Privacy',
        'Limits',
    ),
}


@pytest.mark.parametrize(
    ('page', 'title'), [(page, title) for page, titles in RULES.items() for title in titles]
)
def test_promise_69_the_pages_have_a_section(page, title):
    """Red when the heading is taken out of the page."""
    text = (ROOT / page).read_text()
    assert re.search(rf'^(#+ |\*\*){title}\b', text, re.MULTILINE)


@pytest.mark.parametrize('page', RULES)
@pytest.mark.parametrize('words', ['Art. 5(1)(f)', 'Art. 50(3)', 'AI Act', 'skin tone'])
def test_promise_69_the_pages_name_the_law_and_the_limits(page, words):
    """Red when the article is taken out of the page."""
    assert words in (ROOT / page).read_text()
