# SPDX-License-Identifier: MIT
"""Memory in each state of the life cycle: ``python -m benchmarks.lifecycle_memory``.

Starts the nodes with ``autostart:=false``, in three processes and in one, and calls their
lifecycle services over DDS, as a lifecycle manager does, while images come in. After ``--cycles``
from unconfigured to active and back, the memory shows whether anything is left behind.
"""

import os
from collections.abc import Iterator, Sequence

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState

from benchmarks.command import cpu_model, options
from benchmarks.figure import NotMeasured
from benchmarks.running_nodes import SEPARATE as NODES
from benchmarks.running_nodes import RunningNodes, start_nodes
from benchmarks.scenario import MAIN, SEPARATE, Scenario
from benchmarks.synthetic_frames import frames_of
from emotion_ros.sandbox.domain import free_domain, isolated

ARGUMENTS = ('-p', 'autostart:=false')
ACTIVE_S = 3.0
CYCLE_S = 0.3
UP = {
    'inactive': Transition.TRANSITION_CONFIGURE,
    'active': Transition.TRANSITION_ACTIVATE,
}
DOWN = {
    'inactive again': Transition.TRANSITION_DEACTIVATE,
    'unconfigured again': Transition.TRANSITION_CLEANUP,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    args = options(__doc__, cycles=20).parse_args(argv)
    os.environ.update(isolated(free_domain()))
    rows = {
        name: dict(measure(scenario, int(args.cycles)))
        for name, scenario in (('three processes', SEPARATE), ('one process', MAIN))
    }
    print(f'MB resident; {cpu_model()}, load {os.getloadavg()[0]:.1f}')
    print(f'| | {" | ".join(rows)} |\n|---|{"---|" * len(rows)}')
    for state in rows['one process']:
        print(f'| {state} | {" | ".join(f"{row[state]:.0f}" for row in rows.values())} |')
    return 0


def measure(scenario: Scenario, cycles: int) -> Iterator[tuple[str, float]]:
    """Yield the states and the memory of all processes in each (10^6 bytes)."""
    with start_nodes(scenario, frames_of(scenario), ARGUMENTS) as nodes:
        clients = [nodes.probe.create_client(ChangeState, f'{n}/change_state') for n in NODES]
        nodes.wait_for(lambda _: all(c.service_is_ready() for c in clients), 'lifecycle services')
        nodes.probe.start_images(scenario.fps)
        yield 'unconfigured', nodes.rss_mb()
        for state, transition in {**UP, **DOWN}.items():
            change(nodes, clients, transition)
            nodes.probe.spin_for(ACTIVE_S)
            yield state, nodes.rss_mb()
        for _ in range(cycles):
            for transition in (*UP.values(), *DOWN.values()):
                change(nodes, clients, transition)
                nodes.probe.spin_for(CYCLE_S)
        yield f'unconfigured after {cycles} more cycles', nodes.rss_mb()


def change(nodes: RunningNodes, clients: Sequence[object], transition: int) -> None:
    """Ask all nodes for a transition; NotMeasured when one refuses or does not answer."""
    request = ChangeState.Request(transition=Transition(id=transition))
    futures = [client.call_async(request) for client in clients]
    nodes.wait_for(lambda _: all(f.done() for f in futures), f'transition {transition}')
    if not all(future.result().success for future in futures):
        raise NotMeasured(f'transition {transition} was refused')


if __name__ == '__main__':
    raise SystemExit(main())
