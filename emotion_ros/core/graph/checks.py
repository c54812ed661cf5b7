# SPDX-License-Identifier: MIT
"""Findings on a running graph, the most likely cause first."""

from collections.abc import Iterator
from dataclasses import replace

from emotion_ros.core.graph.audio_checks import check_audio
from emotion_ros.core.graph.input_checks import (
    FEW_TICKS_HZ,
    check_images,
    check_speech,
    refused_by_fusion,
)
from emotion_ros.core.graph.snapshot import (
    FUSION,
    SENTIMENT,
    VISION,
    VOICE_NODE,
    Finding,
    GraphSnapshot,
    Kind,
    NodeReport,
    Severity,
)

# What a node says in its diagnostics when it works, or waits.
CALM = ('', 'running', 'disabled', 'waiting_for_clock')
REFUSES = 'refuses '  # what its message begins with when it uses nothing of what comes
NOT_UPRIGHT = 'the faces are not upright: set rotate: '  # then the degrees
WITHOUT_TIME = (Kind.NO_CLOCK, Kind.CLOCK_STANDS_STILL)
# What may be as it should be.
HARMLESS = (Kind.NO_UTTERANCE, Kind.STILL_IMAGES)
# What a clock that stands still explains.
OF_SILENCE = (Kind.SILENT_PUBLISHER, Kind.NO_UTTERANCE, Kind.NOT_DELIVERED, Kind.NO_INPUT)


def diagnose(snapshot: GraphSnapshot) -> tuple[Finding, ...]:
    """Return the findings, the worst first; of one severity in the order of the data flow.

    That order is nodes, clock, images, speech, states: a cause stands before its consequences.
    """
    if not any(node.is_present for node in snapshot.nodes) and not snapshot.renamed:
        what = f'no emotion_ros node found ({snapshot.where})'
        if not (spaces := sorted({space for node in snapshot.nodes for space in node.namespaces})):
            return (Finding(Severity.PROBLEM, Kind.NO_NODE, what),)
        what = f'{what}; there are some in {", ".join(spaces)}'
        return (Finding(Severity.PROBLEM, Kind.OTHER_NAMESPACE, what, {'namespace': spaces[0]}),)
    of_nodes = [
        finding
        for node in (*snapshot.nodes, *snapshot.others)
        for finding in _check_node(node, snapshot)
    ]
    # A sentiment_node that was left out, maybe on purpose.
    missing_text = [
        f for f in of_nodes if f.kind is Kind.NODE_MISSING and f.facts['node'] == SENTIMENT
    ]
    nodes = [finding for finding in of_nodes if finding not in missing_text]
    findings = [*nodes, *_check_clock(snapshot)]
    inputs = [*_check_inputs(snapshot, missing_text), *_check_states(snapshot)]
    if any(finding.kind in WITHOUT_TIME for finding in findings):
        inputs = [finding for finding in inputs if finding.kind not in OF_SILENCE]
    harmless_last = lambda f: (-f.severity, f.kind in HARMLESS)  # noqa: E731
    return tuple(sorted([*findings, *inputs], key=harmless_last))


def _check_node(node: NodeReport, snapshot: GraphSnapshot) -> Iterator[Finding]:
    facts = {'node': node.name}
    problem, name = Severity.PROBLEM, node.name
    if not node.is_present:
        severity = Severity.NOTE if _is_done_without(node, snapshot) else problem
        what = f'{name} does not run'
        if name in snapshot.renamed:
            what = f'{snapshot.renamed[name]} publishes the results of {name}'
            yield Finding(problem, Kind.NODE_RENAMED, what, facts)
        elif node.namespaces:
            facts['namespace'] = node.namespaces[0]
            what = f'{what} here; it runs in {", ".join(node.namespaces)}'
            yield Finding(problem, Kind.NODE_ELSEWHERE, what, facts)
        else:
            yield Finding(severity, Kind.NODE_MISSING, what, facts)
        return
    if node.count > 1:
        what = f'{node.count} nodes are called {snapshot.namespace}/{name}'
        yield Finding(problem, Kind.DUPLICATE_NODE, what, facts)
    if node.values is None:
        what = f'{name} is in the graph but sent no diagnostics for {snapshot.duration_s:g} s'
        yield Finding(problem, Kind.NO_DIAGNOSTICS, what, facts)
    elif (state := node.values.get('lifecycle', 'active')) != 'active':
        kind = Kind.NOT_ACTIVE if state == 'inactive' else Kind.NOT_CONFIGURED
        facts['node'] = f'{snapshot.namespace}/{name}'
        yield Finding(problem, kind, f'{name} is {state}: autostart is false', facts)
    elif node.values.get('enabled') == 'false':
        yield Finding(problem, Kind.SWITCHED_OFF, f'{name} is switched off', facts)
    elif node.message.startswith(NOT_UPRIGHT):
        facts['rotate'] = node.message.removeprefix(NOT_UPRIGHT)
        yield Finding(problem, Kind.NOT_UPRIGHT, f'{name}: the faces are not upright', facts)
    elif 'errors' in node.values and not node.message.startswith((*CALM[1:], REFUSES)):
        what = f'{name}: {node.message}' if node.message else f'{name} reports errors'
        yield Finding(problem, Kind.NODE_ERROR, what, facts)
    else:
        model, sha256 = node.values.get('model', ''), node.values.get('model_sha256', '')
        loaded = f', {model} {sha256[:12]}'.rstrip() if model else ''
        yield Finding(Severity.GOOD, Kind.FINE, f'{name} runs{loaded}')


def _is_done_without(absent: NodeReport, snapshot: GraphSnapshot) -> bool:
    """Return whether the absence may be intended: the other source feeds the fusion."""
    nodes = {node.name: node for node in snapshot.nodes}
    other = {VISION: SENTIMENT, SENTIMENT: VISION}.get(absent.name)
    if other is None or not nodes[FUSION].is_present:
        return False
    return (nodes[other].values or {}).get('processed', '0') != '0'


def _check_clock(snapshot: GraphSnapshot) -> Iterator[Finding]:
    present = [node for node in snapshot.nodes if node.is_present]
    simulated = [node.name for node in present if node.use_sim_time]
    clock, names = snapshot.clock, ', '.join(simulated)
    if simulated and not clock.published:
        what = f'{names}: use_sim_time is true and no node publishes /clock'
        yield Finding(Severity.PROBLEM, Kind.NO_CLOCK, what)
    elif simulated and not clock.is_running:
        what = 'the clock stands still: /clock is published but does not advance'
        yield Finding(Severity.PROBLEM, Kind.CLOCK_STANDS_STILL, what)
    elif simulated and len(simulated) < len(present):
        others = ', '.join(node.name for node in present if not node.use_sim_time)
        what = f'{names}: use_sim_time is true, but {others} uses the wall clock'
        yield Finding(Severity.PROBLEM, Kind.MIXED_CLOCKS, what)
    elif simulated and clock.rate_hz < FEW_TICKS_HZ:
        what = f'/clock: {clock.rate_hz:.0f} messages/s: between two, stamps are in the future'
        yield Finding(Severity.PROBLEM, Kind.SLOW_CLOCK, what)
    elif simulated:
        yield Finding(Severity.GOOD, Kind.FINE, 'the time is that of /clock')
    elif clock.published:
        what = '/clock is published, but the nodes use the wall clock'
        yield Finding(Severity.NOTE, Kind.CLOCK_UNUSED, what)


def _check_inputs(snapshot: GraphSnapshot, missing_text: list[Finding]) -> Iterator[Finding]:
    """Yield the findings of images, then of speech, before which ``missing_text`` stands."""
    nodes = {node.name: node for node in snapshot.nodes}
    clock = replace(snapshot.clock, simulated=any(node.use_sim_time for node in snapshot.nodes))
    if snapshot.images is not None:
        yield from check_images(snapshot.images, snapshot.duration_s, nodes.get(VISION), clock)
    elif VISION in nodes:
        yield from _rejects(nodes[VISION])
    yield from missing_text
    if snapshot.speech is not None:
        vision = nodes.get(VISION)
        sees = vision is not None and bool(vision.recent('processed'))
        for finding in check_speech(snapshot.speech, snapshot.duration_s, nodes.get(SENTIMENT)):
            # With images, a robot may do without a speech recogniser.
            is_intended = sees and finding.kind is Kind.NO_PUBLISHER
            yield replace(finding, severity=Severity.NOTE) if is_intended else finding
    elif SENTIMENT in nodes:
        yield from _rejects(nodes[SENTIMENT])
    if snapshot.audio is not None:
        voice = next((node for node in snapshot.others if node.name == VOICE_NODE), None)
        yield from check_audio(snapshot.audio, snapshot.duration_s, voice, clock)
    yield from _check_fusion(nodes.get(FUSION), snapshot)


def _rejects(node: NodeReport) -> Iterator[Finding]:
    for reason, count in node.rejected().items():
        severity = Severity.NOTE if node.recent('processed') else Severity.PROBLEM
        what = f'{node.name} could not use {count} messages: {reason}'
        yield Finding(severity, Kind.REFUSED, what, {'reason': reason, 'topic': ''})


def _check_fusion(fusion: NodeReport | None, snapshot: GraphSnapshot) -> Iterator[Finding]:
    """Yield what the fusion could not use; it is a problem when there is no state for it."""
    if fusion is None:
        return
    is_without = snapshot.last_status == 'NO_INPUT'
    for reason, count in fusion.rejected().items():
        severity = Severity.PROBLEM if is_without else Severity.NOTE
        what = f'{FUSION} could not use {count} messages: {reason}'
        vision = next((n for n in snapshot.nodes if n.name == VISION), fusion)
        age_s = float((vision.values or {}).get('age_p95_s', 'nan'))
        yield refused_by_fusion(severity, what, reason, age_s)


def _check_states(snapshot: GraphSnapshot) -> Iterator[Finding]:
    if len(snapshot.state_publishers) > 1:
        topic, names = f'{snapshot.namespace}/emotion_state', ', '.join(snapshot.state_publishers)
        count = len(snapshot.state_publishers)
        what = f'{topic} has {count} publishers ({names}): states of each come in turn'
        yield Finding(Severity.PROBLEM, Kind.SEVERAL_FUSIONS, what, {'topic': topic})
    for topic, node, policy in snapshot.unmatched:
        what = f'{topic}: {node} asks for {policy} and receives nothing'
        yield Finding(Severity.PROBLEM, Kind.UNMATCHED_SUBSCRIBER, what)
    if not snapshot.states:
        what = f'no emotion_state in {snapshot.duration_s:g} s'
        yield Finding(Severity.PROBLEM, Kind.NO_STATE, what)
        return
    reason = f' ({snapshot.last_reason})' if snapshot.last_reason else ''
    rate_hz = snapshot.states / snapshot.duration_s
    what = f'emotion_state: {rate_hz:.0f} Hz, at last {snapshot.last_status}{reason}'
    if snapshot.last_status == 'PAUSED':
        yield Finding(Severity.NOTE, Kind.REFUSED, what, {'reason': 'paused', 'node': FUSION})
    elif snapshot.last_status != 'NO_INPUT':
        yield Finding(Severity.GOOD, Kind.FINE, what)
    elif snapshot.images is not None and snapshot.images.received > 0:  # words do not last
        what = f'{what}, although images come'
        yield Finding(Severity.PROBLEM, Kind.NO_INPUT, what)
    else:
        yield Finding(Severity.NOTE, Kind.NO_INPUT, what)
