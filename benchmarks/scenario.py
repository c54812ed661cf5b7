# SPDX-License-Identifier: MIT
"""The scenarios in which the nodes are measured: camera, faces, speech, sound, processes.

Needs nothing of the package: the driver runs beside older versions of it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """A camera (sizes in px), the faces in view, and how the nodes run.

    ``is_moving``: the heads sway from side to side. ``has_speech``: sentences arrive beside the
    images. ``has_recogniser``: sentences could arrive, for which the nodes load a model.
    ``has_voice``: sound arrives, and voice_node runs. ``is_separate``: three processes.
    ``robots``: so many pipelines, in namespaces when there are several.
    """

    name: str
    width: int = 640
    height: int = 480
    faces: int = 1
    fps: float = 30.0
    robots: int = 1
    is_moving: bool = False
    is_compressed: bool = False
    has_recogniser: bool = True
    has_speech: bool = False
    has_voice: bool = False
    is_separate: bool = False

    @property
    def transport(self) -> str:
        """The value of vision_node's ``image_transport``."""
        return 'compressed' if self.is_compressed else 'raw'


MAIN = Scenario('640x480')
SEPARATE = Scenario('640x480, three processes', is_separate=True)
FULL_HD = Scenario('1920x1080', 1920, 1080)
FULL_LOAD = Scenario('1920x1080, 5 faces, talk', 1920, 1080, faces=5, has_speech=True)
VOICE = Scenario('640x480, a voice', has_voice=True)
QUICK = (SEPARATE, FULL_HD, FULL_LOAD, VOICE)
FULL = (
    SEPARATE,
    Scenario('640x480, no face', faces=0),
    Scenario('640x480, 2 faces', faces=2),
    Scenario('640x480, 5 faces', faces=5),
    Scenario('640x480, 10 fps', fps=10.0),
    Scenario('640x480, 60 fps', fps=60.0),
    *(Scenario(f'640x480, 10 fps, {n} robots', fps=10.0, robots=n) for n in (2, 4, 8)),
    Scenario('1280x720', 1280, 720),
    FULL_HD,
    Scenario('640x480, compressed', is_compressed=True),
    Scenario('1280x720, compressed', 1280, 720, is_compressed=True),
    Scenario('1920x1080, compressed', 1920, 1080, is_compressed=True),
    FULL_LOAD,
    VOICE,
)
