# SPDX-License-Identifier: MIT
"""config/sros2_policy.xml allows what the nodes open, and nothing else."""

from fnmatch import fnmatch
from functools import partial
from xml.etree import ElementTree

import pytest
from std_msgs.msg import String

from emotion_ros.files.resources import packaged_config
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.qos import LATCHED
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.nodes.voice_node import VoiceNode
from fakes import (
    AngryVoiceClassifier,
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
    voice_pipeline_factory,
)
from graph import Graph

VISION = partial(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
SENTIMENT = partial(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
VOICE = partial(VoiceNode, voice_pipeline_factory(AngryVoiceClassifier()))
LAUNCHED = {
    'vision_node': (VISION, 'image:=/camera/image_raw'),
    'sentiment_node': (SENTIMENT, 'speech:=/speech_to_text'),
    'voice_node': (VOICE, 'a:=b'),
    'fusion_node': (FusionNode, 'a:=b'),
}
COMPRESSED = (VISION, 'image/compressed:=/camera/image_raw/compressed')
ACTION = '/_action/'  # what an action opens is hidden behind its name
# Not on Humble.
NEWER = {'get_type_description'}
FOLLOWED = (
    '/humans/persons/anna/face_id',
    '/humans/persons/anna/voice_id',
    '/humans/voices/v1/speech',
)
WITH_OTHER_PACKAGES = {'/bond', '/data_management'}

Allowed = dict[str, set[str]]


def policy_of(node: str) -> Allowed:
    """Return the names that the policy allows, by what may be done with them."""
    (profile,) = (
        p
        for p in ElementTree.parse(packaged_config('sros2_policy.xml')).iter('profile')
        if p.get('node') == node
    )
    allowed: Allowed = {'publish': set(), 'subscribe': set(), 'reply': set(), 'execute': set()}
    for group in profile:
        ((action, verdict),) = group.attrib.items()
        assert verdict == 'ALLOW'
        allowed[action] |= {str(element.text) for element in group}
    return allowed


def opened(graph: Graph, name: str, make, remapped: str, **parameters) -> Allowed:
    """Start a node, return the names of all that it opens, and end it."""
    arguments = ['--ros-args', '-r', remapped]
    people = [graph.tester.create_publisher(String, topic, LATCHED) for topic in FOLLOWED]
    node = graph.add(partial(make, cli_args=arguments), use_sim_time=True, **parameters)
    if isinstance(node, SentimentNode):  # it follows who comes
        graph.until(
            lambda: node.on_second() or all(p.get_subscription_count() for p in people), 'all'
        )
    found = {
        'publish': names(graph.tester.get_publisher_names_and_types_by_node(name, '/')),
        'subscribe': names(graph.tester.get_subscriber_names_and_types_by_node(name, '/')),
        'reply': names(graph.tester.get_service_names_and_types_by_node(name, '/')),
    }
    graph.remove(node)
    actions = {
        name.split(ACTION)[0] for group in found.values() for name in group if ACTION in name
    }
    plain = {key: {n for n in group if ACTION not in n} for key, group in found.items()}
    return {**plain, 'execute': actions}


def names(entries: list[tuple[str, list[str]]]) -> set[str]:
    return {name for name, _ in entries}


@pytest.mark.parametrize('name', LAUNCHED)
def test_the_policy_allows_what_the_node_opens(graph, name):
    seen = opened(graph, name, *LAUNCHED[name])
    if name == 'vision_node':
        again = opened(graph, name, *COMPRESSED, image_transport='compressed')
        seen = {action: seen[action] | again[action] for action in seen}
    optional = {f'/{name}/{service}' for service in NEWER} | WITH_OTHER_PACKAGES
    allowed = policy_of(name)
    for topic in FOLLOWED:
        patterns = {each for each in allowed['subscribe'] if '*' in each}
        if matching := {each for each in patterns if fnmatch(topic, each)}:
            allowed['subscribe'] = allowed['subscribe'] - matching | {topic}
    assert {action: names - optional for action, names in allowed.items()} == {
        action: names - optional for action, names in seen.items()
    }


def test_the_policy_is_one_of_sros2():
    policy = ElementTree.parse(packaged_config('sros2_policy.xml')).getroot()
    assert (policy.tag, policy.get('version')) == ('policy', '0.2.0')
    assert [enclave.get('path') for enclave in policy.iter('enclave')] == ['/emotion_ros']
    assert {profile.get('node') for profile in policy.iter('profile')} == LAUNCHED.keys()
