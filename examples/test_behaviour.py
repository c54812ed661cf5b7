# SPDX-License-Identifier: MIT
"""How a controller is tested: python3 -m pytest examples/test_behaviour.py (see docs)."""

from pathlib import Path

from behaviour_node import BehaviourNode
from std_msgs.msg import String

from emotion_ros.testing import emotion_player  # noqa: F401 - pytest finds the fixture by its name


def test_a_sad_person_is_comforted_until_they_leave(emotion_player):  # noqa: F811
    behaviours = emotion_player.listen(String, 'behaviour')
    emotion_player.add(BehaviourNode())
    emotion_player.play(Path(__file__).with_name('sad.yaml'))
    emotion_player.until(lambda: len(behaviours) == 2, 'two behaviours')
    assert [msg.data.strip() for msg in behaviours] == ['comfort', 'rest']
