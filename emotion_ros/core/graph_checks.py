# SPDX-License-Identifier: MIT
"""Why nothing comes: from what can be seen of a running graph to causes and remedies."""

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
    """One line for people, and the command or change that mends it ('' when nothing is broken)."""

    severity: Severity
    what: str
    remedy: str = ''


@dataclass(frozen=True)
class Publisher:
    """Somebody who announced a topic; ``type`` such as ``sensor_msgs/msg/Image``."""

    node: str
    type: str
    is_reliable: bool = True


@dataclass(frozen=True)
class Input:
    """A topic that a node listens to, as seen while the doctor listened too.

    ``elsewhere`` are other topics of the same type that somebody publishes; ``encoding`` and
    ``age_s`` (receipt minus stamp, NaN: unknown) are those of the last message.
    """

    topic: str
    type: str
    publishers: tuple[Publisher, ...] = ()
    received: int = 0
    elsewhere: tuple[str, ...] = ()
    encoding: str = ''
    age_s: float = float('nan')


@dataclass(frozen=True)
class NodeReport:
    """A node of ours: whether it is in the graph, and its latest diagnostics, if any came."""

    name: str
    is_present: bool = False
    message: str = ''
    values: Mapping[str, str] | None = None
    use_sim_time: bool = False


@dataclass(frozen=True)
class Survey:
    """What was seen of the graph in ``duration_s`` seconds; an input is None without its node."""

    duration_s: float
    nodes: tuple[NodeReport, ...]
    images: Input | None = None
    speech: Input | None = None
    states: int = 0
    last_status: str = ''
    last_reason: str = ''
    has_clock: bool = False
    where: str = ''
    namespace: str = ''


def examine(survey: Survey) -> tuple[Finding, ...]:
    """Return what is found, in the order of the data flow: nodes, clock, inputs, states."""
    if not any(node.is_present for node in survey.nodes):
        return (_nobody(survey),)
    findings = [finding for node in survey.nodes for finding in _check_node(node, survey)]
    findings += _check_clock(survey)
    if survey.images is not None:
        findings += check_images(survey.images, survey.duration_s)
    if survey.speech is not None:
        findings += check_speech(survey.speech, survey.duration_s)
    return (*findings, _check_states(survey))


def _nobody(survey: Survey) -> Finding:
    return Finding(
        Severity.PROBLEM,
        f'no node of emotion_ros is to be seen ({survey.where})',
        f'start it: {LAUNCH}; if it runs, compare ROS_DOMAIN_ID, the discovery range and the '
        'namespace with those of its terminal',
    )


def _check_node(node: NodeReport, survey: Survey) -> Iterator[Finding]:
    if not node.is_present:
        severity = Severity.NOTE if _is_done_without(node, survey) else Severity.PROBLEM
        start = f'start it: ros2 run emotion_ros {node.name}'
        yield Finding(severity, f'{node.name} does not run', start)
    elif node.values is None:
        yield Finding(
            Severity.PROBLEM,
            f'{node.name} is in the graph but sent no diagnostics for {survey.duration_s:g} s',
            'it hangs or has just died: stop it and start it again',
        )
    elif node.values.get('enabled') == 'false':
        service = f'{survey.namespace}/{node.name}/enable'
        call = f'ros2 service call {service} std_srvs/srv/SetBool "{{data: true}}"'
        yield Finding(Severity.PROBLEM, f'{node.name} is switched off', call)
    else:
        yield _running(node, node.values)
        yield from _rejects(node, node.values)


def _is_done_without(absent: NodeReport, survey: Survey) -> bool:
    """Return whether it may be meant: the other source gives the fusion something to go by."""
    nodes = {node.name: node for node in survey.nodes}
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


def _check_clock(survey: Survey) -> Iterator[Finding]:
    simulated = [node.name for node in survey.nodes if node.use_sim_time]
    if simulated and not survey.has_clock:
        yield Finding(
            Severity.PROBLEM,
            f'{", ".join(simulated)}: use_sim_time is true and nobody publishes /clock',
            'ros2 bag play BAG --clock, or start with use_sim_time:=false',
        )
    elif simulated:
        yield Finding(Severity.GOOD, 'the time is that of /clock')
    elif survey.has_clock:
        yield Finding(
            Severity.NOTE,
            'somebody publishes /clock, but the nodes follow the wall clock',
            f'for a bag or a simulator: {LAUNCH} use_sim_time:=true',
        )


def check_crowd(wanted: Input) -> Iterator[Finding]:
    """Yield what is to be said of a topic that several publish: they are taken for one source."""
    if len(wanted.publishers) > 1:
        names = ', '.join(publisher.node for publisher in wanted.publishers)
        yield Finding(
            Severity.NOTE,
            f'{wanted.topic} has {len(wanted.publishers)} publishers ({names}), which are taken '
            'for one',
            'give each source nodes of its own, in a namespace of its own',
        )


def check_images(images: Input, duration_s: float) -> Iterator[Finding]:
    """Yield what is to be said of a camera that was listened to for ``duration_s``."""
    trouble = _silence(images, 'image_topic')
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
    yield from check_crowd(images)


def check_speech(speech: Input, duration_s: float) -> Iterator[Finding]:
    """Yield what is to be said of a recogniser that was listened to for ``duration_s``."""
    trouble = _silence(speech, 'speech_topic')
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
        yield Finding(Severity.NOTE, f'{speech.topic}: nobody spoke in {duration_s:g} s')
    else:
        yield Finding(Severity.GOOD, f'{speech.topic}: {speech.received} utterances')
        yield from check_crowd(speech)


def _silence(wanted: Input, argument: str) -> Finding | None:
    """Return why nothing comes on a topic; None when something does."""
    others = [p for p in wanted.publishers if p.type != wanted.type]
    if others:
        what = f'{wanted.topic} is {others[0].type} of {others[0].node}, not {wanted.type}'
        remedy = 'image_transport:=compressed' if 'Compressed' in others[0].type else 'another one'
        return Finding(Severity.PROBLEM, what, f'{LAUNCH} {argument}:=… ({remedy})')
    if not wanted.publishers:
        found = ', '.join(wanted.elsewhere)
        remedy = f'{LAUNCH} {argument}:={wanted.elsewhere[0]}' if found else WITHOUT[argument]
        what = f'nobody publishes {wanted.topic}'
        return Finding(Severity.PROBLEM, f'{what}; there is {found}' if found else what, remedy)
    if not wanted.received:
        node = wanted.publishers[0].node
        what = f'{wanted.topic}: {node} announces it but nothing arrives'
        return Finding(Severity.PROBLEM, what, f'see the log of {node}, and config/fastdds.xml')
    return None


def _check_states(survey: Survey) -> Finding:
    if not survey.states:
        what = f'no emotion_state in {survey.duration_s:g} s'
        return Finding(Severity.PROBLEM, what, 'see the findings above')
    reason = f' ({survey.last_reason})' if survey.last_reason else ''
    rate_hz = survey.states / survey.duration_s
    return Finding(
        Severity.GOOD, f'emotion_state: {rate_hz:.0f} Hz, at last {survey.last_status}{reason}'
    )
