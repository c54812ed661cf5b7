# SPDX-License-Identifier: MIT
"""The scripted person gives images and words, over and over."""

from pathlib import Path
from threading import Event

from emotion_ros.live.scripted_person import ScriptedPerson

ASTRONAUT = Path(__file__).parents[3] / 'config' / 'demo' / 'astronaut.jpg'
STORY = f"""
- at: 0.0
  show: [{{image: {ASTRONAUT}, x: 0, y: 0, height_px: 100}}]
  say: Hello!
- at: 0.2
  show: camera_off
  say: Bye!
"""


def test_the_story_is_played_over_and_over(tmp_path):
    path = tmp_path / 'story.yaml'
    path.write_text(STORY)
    stopping, images, words = Event(), [], []

    def on_words(line):
        words.append(line)
        if len(words) == 3:
            stopping.set()

    ScriptedPerson(path).play(stopping, lambda image, stamp_s: images.append(image), on_words)
    assert words == ['Hello!', 'Bye!', 'Hello!']
    assert {image.shape for image in images} == {(480, 640, 3)}
