# SPDX-License-Identifier: MIT
"""The real nodes and the replay say the same, message by message."""

from functools import partial
from pathlib import Path

import pytest

from emotion_ros.bag.observer import BagObserver
from emotion_ros.bag.offline_fusion import OfflineFusion
from emotion_ros.bag.reader import Bag
from emotion_ros.bag.topics import find_sources
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.state import EmotionState
from emotion_ros.files.resources import packaged_weights
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.text.config import SentimentConfig
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from golden import PARAMS, differences, load_golden, missed, to_lines
from graph import Graph
from lockstep import LockStep
from make_bag import Bags
from small_bags import make_strange_bag


def replay(path: Path) -> list[tuple[int, EmotionState]]:
    """Replay a bag with the fakes of the tests in place of the networks."""
    observer = BagObserver(
        face_pipeline_factory(HappyFaceClassifier())(VisionConfig()),
        text_pipeline_factory(KeywordTextEngine())(SentimentConfig()),
        (),
    )
    fusion = OfflineFusion(FusionConfig(), load_fusion_card(packaged_weights() / 'fusion.json'))
    with Bag(path) as bag:
        events = observer.observe(bag.messages(find_sources(bag).chosen()))
        return [(m.time_ns, m.state) for m in fusion.run(events, bag.start_ns, bag.end_ns)]


def play(lockstep: LockStep, path: Path) -> list[tuple[int, EmotionState]]:
    with Bag(path) as bag:
        messages = bag.messages(find_sources(bag).chosen())
        return lockstep.play(messages, bag.start_ns, bag.end_ns)


def test_everything_that_a_node_refuses_is_refused_by_the_replay(
    graph: Graph, tmp_path: Path
) -> None:
    make_strange_bag(tmp_path / 'bag')
    lockstep = LockStep(
        graph,
        vision=partial(VisionNode, face_pipeline_factory(HappyFaceClassifier())),
        sentiment=partial(SentimentNode, text_pipeline_factory(KeywordTextEngine())),
    )
    played = play(lockstep, tmp_path / 'bag')
    replayed = replay(tmp_path / 'bag')
    assert [t for t, _ in played] == [t for t, _ in replayed]
    assert differences(to_lines(s for _, s in replayed), to_lines(s for _, s in played)) == []
    assert {s.label for _, s in played} >= {'unknown', 'happy'}
    assert graph.errors == []


@pytest.mark.usefixtures('weights')
@pytest.mark.parametrize('transport', ['raw', 'compressed'])
def test_promise_62_the_nodes_give_the_golden_states(
    bags: Bags, graph: Graph, transport: str
) -> None:
    path = bags(transport)
    played = play(LockStep(graph, transport, params=PARAMS), path)
    assert differences(load_golden(), to_lines(state for _, state in played)) == []
    with Bag(path) as bag:
        assert missed(played, bag.start_ns) == []
    assert graph.errors == []
