# SPDX-License-Identifier: MIT
"""``emotion-ros parameters``: every parameter of the nodes, as a page."""

import argparse
from collections.abc import Iterator, Mapping

from emotion_ros.audio.config import MicrophoneConfig, WavConfig
from emotion_ros.core.fusion.config import FusionConfig, ModalityConfig
from emotion_ros.core.options import Options, OptionValue
from emotion_ros.demo.config import DemoConfig
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.runtime.lifecycle import LifecycleConfig
from emotion_ros.web.config import DashboardConfig

NODES: Mapping[str, type[Options]] = {
    'vision_node': VisionConfig,
    'sentiment_node': SentimentConfig,
    'voice_node': VoiceConfig,
    'fusion_node': FusionConfig,
    'fusion_node, for each name in modalities': ModalityConfig,
    'demo_source': DemoConfig,
    'dashboard_node': DashboardConfig,
    'microphone_source': MicrophoneConfig,
    'wav_source': WavConfig,
    'every node': LifecycleConfig,
}
HEADING = """# Parameters

Each line has the default, in brackets the legal values, and *live* where `ros2 param set` takes
effect at once; the others are read at start. Parameters are typed: write `1.0`, not `1`.
Also printed by `emotion-ros parameters`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    nodes = [node for node in NODES if ' ' not in node]
    parser.add_argument('node', nargs='?', choices=nodes, metavar='NODE', help='only this one')


def run(args: argparse.Namespace) -> int:
    """Print the page docs/parameters.md, or the part about one node."""
    print('\n'.join(_list(args.node)).strip() if args.node else parameters_page().rstrip())
    return 0


def parameters_page() -> str:
    """Return the parameters of all nodes in Markdown."""
    return HEADING + ''.join(line + '\n' for node in NODES for line in _list(node))


def _list(node: str) -> Iterator[str]:
    options = NODES[node]
    prefix = '<name>.' if options is ModalityConfig else ''
    yield from ('', f'## {node}', '')
    for name, spec in options.specs().items():
        legal = ', '.join(f'`{choice}`' for choice in spec.choices)
        if spec.low is not None and spec.high is not None:
            legal = f'{spec.low:g} to {spec.high:g}'
        notes = '; '.join(note for note in (legal, 'live' if spec.dynamic else '') if note)
        default = f'`{_written(options.defaults()[name])}`' + (f' ({notes})' if notes else '')
        yield f'- `{prefix}{name}` = {default}: {spec.doc}'


def _written(value: OptionValue) -> str:
    """Return a value as YAML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f'[{", ".join(value)}]'
    return str(value) if value != '' else "''"
