# SPDX-License-Identifier: MIT
"""Causes and remedies when no data arrives, from a snapshot of the running graph."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

VISION, SENTIMENT, FUSION = 'vision_node', 'sentiment_node', 'fusion_node'
SLOW_HZ = 5.0
OLD_S = 0.5
LAUNCH = 'ros2 launch emotion_ros emotion.launch.py'


class Severity(IntEnum):
    """How bad a finding is; PROBLEM means that states are missing or worth nothing."""

    GOOD = 0
    NOTE = 1
    PROBLEM = 2


@dataclass(frozen=True)
class Finding:
    """One line for the user, and the command or change that fixes it ('' for no problem)."""

    severity: Severity
    what: str
    remedy: str = ''


@dataclass(frozen=True)
class Publisher:
    """A publisher of a topic; ``type`` is such as ``sensor_msgs/msg/Image``."""

    node: str
    type: str
    is_reliable: bool = True


@dataclass(frozen=True)
class InputTopic:
    """A topic that a node subscribes to, and what the doctor received on it.

    ``alternatives`` are other published topics of the same type; ``encoding`` and
    ``age_s`` (receipt minus stamp, NaN: unknown) are those of the last message.
    """

    topic: str
    type: str
    publishers: tuple[Publisher, ...] = ()
    received: int = 0
    alternatives: tuple[str, ...] = ()
    encoding: str = ''
    age_s: float = float('nan')


@dataclass(frozen=True)
class NodeReport:
    """A node of this package: whether it is in the graph, and its latest diagnostics, if any."""

    name: str
    is_present: bool = False
    message: str = ''
    values: Mapping[str, str] | None = None
    use_sim_time: bool = False


@dataclass(frozen=True)
class GraphSnapshot:
    """The graph as observed for ``duration_s`` seconds; an input is None without its node."""

    duration_s: float
    nodes: tuple[NodeReport, ...]
    images: InputTopic | None = None
    speech: InputTopic | None = None
    states: int = 0
    last_status: str = ''
    last_reason: str = ''
    has_clock: bool = False
    where: str = ''
    namespace: str = ''


def diagnose(snapshot: GraphSnapshot) -> tuple[Finding, ...]:
    """Return the findings in the order of the data flow: nodes, clock, inputs, states."""
    if not any(node.is_present for node in snapshot.nodes):
        return (_no_node(snapshot),)
    findings = [finding for node in snapshot.nodes for finding in _check_node(node, snapshot)]
    findings += _check_clock(snapshot)
    if snapshot.images is not None:
        findings += check_images(snapshot.images, snapshot.duration_s)
    if snapshot.speech is not None:
        findings += check_speech(snapshot.speech, snapshot.duration_s)
    return (*findings, _check_states(snapshot))


def _no_node(snapshot: GraphSnapshot) -> Finding:
    return Finding(
        Severity.PROBLEM,
        f'no emotion_ros node found ({snapshot.where})',
        f'start it: {LAUNCH}; if it runs, compare ROS_DOMAIN_ID, the discovery range and the '
        'namespace with those of its terminal',
    )


def _check_node(node: NodeReport, snapshot: GraphSnapshot) -> Iterator[Finding]:
    if not node.is_present:
        severity = Severity.NOTE if _is_done_without(node, snapshot) else Severity.PROBLEM
        start = f'start it: ros2 run emotion_ros {node.name}'
        yield Finding(severity, f'{node.name} does not run', start)
    elif node.values is None:
        yield Finding(
            Severity.PROBLEM,
            f'{node.name} is in the graph but sent no diagnostics for {snapshot.duration_s:g} s',
            'it hangs or has just died: stop it and start it again',
        )
    elif node.values.get('enabled') == 'false':
        service = f'{snapshot.namespace}/{node.name}/enable'
        call = f'ros2 service call {service} std_srvs/srv/SetBool "{{data: true}}"'
        yield Finding(Severity.PROBLEM, f'{node.name} is switched off', call)
    else:
        yield _running(node, node.values)
        yield from _rejects(node, node.values)


def _is_done_without(absent: NodeReport, snapshot: GraphSnapshot) -> bool:
    """Return whether the absence may be intended: the other source feeds the fusion."""
    nodes = {node.name: node for node in snapshot.nodes}
    other = {VISION: SENTIMENT, SENTIMENT: VISION}.get(absent.name)
    if other is None or not nodes[FUSION].is_present:
        return False
    return (nodes[other].values or {}).get('processed', '0') != '0'


def _running(node: NodeReport, values: Mapping[str, str]) -> Finding:
    model, sha256 = values.get('model', ''), values.get('model_sha256', '')
    loaded = f', {model} {sha256[:12]}'.rstrip() if model else ''
    if 'errors' in values and node.message not in ('running', ''):
        return Finding(Severity.PROBLEM, f'{node.name}: {node.message}', 'see its log')
    return Finding(Severity.GOOD, f'{node.name} runs{loaded}')


def _rejects(node: NodeReport, values: Mapping[str, str]) -> Iterator[Finding]:
    for key, count in values.items():
        if key.startswith('rejected.') and count != '0':
            reason = key.removeprefix('rejected.')
            severity = Severity.NOTE if values.get('processed', '0') != '0' else Severity.PROBLEM
            what = f'{node.name} could not use {count} messages: {reason}'
            yield Finding(severity, what, REMEDIES.get(reason, ''))


WITHOUT = {
    'image_topic': f'start the camera driver, or go without: {LAUNCH} enable_vision:=false',
    'speech_topic': f'start the speech recogniser, or go without: {LAUNCH} enable_text:=false',
}
REMEDIES = {
    'unsupported_encoding': 'let the camera publish bgr8, rgb8, mono8 or JPEG',
    'bad_compressed': 'it is no JPEG or PNG: see the format of the camera',
    'stale': 'the images are old when they arrive: compare the clocks of the machines, or raise '
    'max_age',
    'future': 'the stamps lie ahead: compare the clocks of the machines',
    'muted': 'publish false on mute',
    'unsupported_language': 'the words are not English: set text_model and languages',
}


def _check_clock(snapshot: GraphSnapshot) -> Iterator[Finding]:
    simulated = [node.name for node in snapshot.nodes if node.use_sim_time]
    if simulated and not snapshot.has_clock:
        yield Finding(
            Severity.PROBLEM,
            f'{", ".join(simulated)}: use_sim_time is true and no node publishes /clock',
            'ros2 bag play BAG --clock, or start with use_sim_time:=false',
        )
    elif simulated:
        yield Finding(Severity.GOOD, 'the time is that of /clock')
    elif snapshot.has_clock:
        yield Finding(
            Severity.NOTE,
            '/clock is published, but the nodes use the wall clock',
            f'for a bag or a simulator: {LAUNCH} use_sim_time:=true',
        )


def check_multiple_publishers(wanted: InputTopic) -> Iterator[Finding]:
    """Yield a note on a topic with several publishers: they are taken for one source."""
    if len(wanted.publishers) > 1:
        names = ', '.join(publisher.node for publisher in wanted.publishers)
        yield Finding(
            Severity.NOTE,
            f'{wanted.topic} has {len(wanted.publishers)} publishers ({names}), which are taken '
            'for one',
            'give each source its own nodes, in a separate namespace',
        )


def check_images(images: InputTopic, duration_s: float) -> Iterator[Finding]:
    """Yield the findings on a camera topic received for ``duration_s``."""
    trouble = _no_data_cause(images, 'image_topic')
    if trouble is not None:
        yield trouble
        return
    rate_hz = images.received / duration_s
    seen = f'{images.topic}: {rate_hz:.0f} images/s, {images.encoding}'
    if rate_hz < SLOW_HZ:
        remedy = 'raw images are lost over the network: use config/fastdds.xml, or compressed ones'
        yield Finding(Severity.NOTE, f'{seen}: few', remedy)
    else:
        yield Finding(Severity.GOOD, seen)
    if images.age_s > OLD_S or images.age_s < -OLD_S:
        what = f'{images.topic}: stamps are {images.age_s:+.1f} s from the clock here'
        yield Finding(Severity.NOTE, what, REMEDIES['stale'])
    yield from check_multiple_publishers(images)


def check_speech(speech: InputTopic, duration_s: float) -> Iterator[Finding]:
    """Yield the findings on a recogniser topic received for ``duration_s``."""
    trouble = _no_data_cause(speech, 'speech_topic')
    unreliable = [p.node for p in speech.publishers if not p.is_reliable]
    if unreliable:
        yield Finding(
            Severity.PROBLEM,
            f'{speech.topic}: {", ".join(unreliable)} publishes best effort; sentiment_node asks '
            'for reliable and will receive nothing',
            'publish it reliable (the default QoS)',
        )
    elif trouble is not None and not speech.publishers:
        yield trouble
    elif not speech.received:
        yield Finding(Severity.NOTE, f'{speech.topic}: no utterance in {duration_s:g} s')
    else:
        yield Finding(Severity.GOOD, f'{speech.topic}: {speech.received} utterances')
        yield from check_multiple_publishers(speech)


def _no_data_cause(wanted: InputTopic, argument: str) -> Finding | None:
    """Return why no data arrives on a topic; None when it does."""
    others = [p for p in wanted.publishers if p.type != wanted.type]
    if others:
        what = f'{wanted.topic} is {others[0].type} of {others[0].node}, not {wanted.type}'
        remedy = 'image_transport:=compressed' if 'Compressed' in others[0].type else 'another one'
        return Finding(Severity.PROBLEM, what, f'{LAUNCH} {argument}:=… ({remedy})')
    if not wanted.publishers:
        found = ', '.join(wanted.alternatives)
        remedy = f'{LAUNCH} {argument}:={wanted.alternatives[0]}' if found else WITHOUT[argument]
        what = f'no node publishes {wanted.topic}'
        return Finding(Severity.PROBLEM, f'{what}; there is {found}' if found else what, remedy)
    if not wanted.received:
        node = wanted.publishers[0].node
        what = f'{wanted.topic}: {node} announces it but nothing arrives'
        return Finding(Severity.PROBLEM, what, f'see the log of {node}, and config/fastdds.xml')
    return None


def _check_states(snapshot: GraphSnapshot) -> Finding:
    if not snapshot.states:
        what = f'no emotion_state in {snapshot.duration_s:g} s'
        return Finding(Severity.PROBLEM, what, 'see the findings above')
    reason = f' ({snapshot.last_reason})' if snapshot.last_reason else ''
    rate_hz = snapshot.states / snapshot.duration_s
    return Finding(
        Severity.GOOD, f'emotion_state: {rate_hz:.0f} Hz, at last {snapshot.last_status}{reason}'
    )
