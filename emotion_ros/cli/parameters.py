# SPDX-License-Identifier: MIT
"""``emotion-ros parameters``: every parameter of the nodes, as a table for people."""

import argparse
from collections.abc import Iterator, Mapping

from emotion_ros.core.fusion.config import FusionConfig, ModalityConfig
from emotion_ros.core.options import Options, OptionSpec, OptionValue
from emotion_ros.demo.config import DemoConfig
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.web.config import DashboardConfig

NODES: Mapping[str, type[Options]] = {
    'vision_node': VisionConfig,
    'sentiment_node': SentimentConfig,
    'fusion_node': FusionConfig,
    'fusion_node, for each name in modalities': ModalityConfig,
    'demo_source': DemoConfig,
    'dashboard_node': DashboardConfig,
}
HEADING = """# Parameters

Made by `emotion-ros parameters`; a test holds this page and the code together. They are typed:
write `1.0`, not `1`, for a real number. *yes* under *live* means that `ros2 param set` acts at
once; the others are read at start. An unknown name or an illegal value ends the node with one
line that names it.
"""


def add_parser(subparsers: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser('parameters', help='print every parameter of the nodes')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:  # noqa: ARG001
    """Print the page docs/parameters.md."""
    print(parameters_page(), end='')
    return 0


def parameters_page() -> str:
    """Return the tables of all nodes in Markdown."""
    return HEADING + ''.join(line + '\n' for node in NODES for line in _table(node))


def _table(node: str) -> Iterator[str]:
    options = NODES[node]
    prefix = '<name>.' if options is ModalityConfig else ''
    yield from ('', f'## {node}', '', '| parameter | default | legal | live | meaning |')
    yield '|---|---|---|---|---|'
    for name, spec in options.specs().items():
        default, live = _written(options.defaults()[name]), 'yes' if spec.dynamic else ''
        yield f'| `{prefix}{name}` | `{default}` | {_legal(spec)} | {live} | {spec.doc} |'


def _written(value: OptionValue) -> str:
    """Return a value as YAML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f'[{", ".join(value)}]'
    return str(value) if value != '' else "''"


def _legal(spec: OptionSpec) -> str:
    if spec.choices:
        return ', '.join(f'`{choice}`' for choice in spec.choices)
    if spec.low is None or spec.high is None:
        return ''
    return f'{spec.low:g} to {spec.high:g}'
