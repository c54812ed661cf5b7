# SPDX-License-Identifier: MIT
"""The scripted person of the demo in place of a camera and a speech recogniser."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic

from emotion_ros.demo.frame_renderer import FrameRenderer
from emotion_ros.demo.storyboard_file import load_storyboard
from emotion_ros.live.camera_feed import OnImage

PERIOD_S = 0.05
NOT_PLAYED = -1.0


class ScriptedPerson:
    """Plays a storyboard, over and over; ConfigError, when built, if it cannot be read."""

    name = 'scripted person'

    def __init__(self, storyboard: Path) -> None:
        self._storyboard = load_storyboard(storyboard)
        self._renderer = FrameRenderer(self._storyboard, storyboard.parent)

    def play(self, stopping: Event, on_image: OnImage, on_words: Callable[[str], None]) -> None:
        """Give images and words as from a camera and a recogniser until ``stopping`` is set."""
        began_s, played_s, frame = monotonic(), NOT_PLAYED, 0
        while not stopping.wait(PERIOD_S):
            t_s = monotonic() - began_s
            view = self._storyboard.view_at(t_s)
            if view.camera_on:
                on_image(self._renderer.render(view, frame), began_s + t_s)
            for cue in self._storyboard.cues_between(played_s, t_s):
                if cue.say:
                    on_words(cue.say)
            played_s, frame = t_s, frame + 1
            if t_s >= self._storyboard.duration_s:
                began_s, played_s = monotonic(), NOT_PLAYED
