# SPDX-License-Identifier: MIT
"""voice_node that takes what is loud for angry speech, as a process."""

from functools import partial

from emotion_ros.nodes.executor import run
from emotion_ros.nodes.voice_node import VoiceNode
from fakes import AngryVoiceClassifier, voice_pipeline_factory

if __name__ == '__main__':
    make = partial(VoiceNode, voice_pipeline_factory(AngryVoiceClassifier()))
    raise SystemExit(run([make]))
