# SPDX-License-Identifier: MIT
"""Images of a camera, video or stream as they come; a broken one is opened again."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic

from emotion_ros.errors import ConfigError
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.image.source import ImageSource, Pictures, open_image_source
from emotion_ros.perception.image.video_file import Video

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0

OnImage = Callable[[ImageArray, float], None]


class CameraFeed:
    """Gives the images of one source: a camera or a stream, or a video at its own rate.

    A video begins again at its end. A source that breaks is opened again after pauses that
    double from FIRST_PAUSE_S to LONGEST_PAUSE_S. ConfigError, when built, for a source that
    cannot be opened.
    """

    def __init__(self, camera: str) -> None:
        source = _open(camera)
        self.name = source.name
        self.video = Path(source.name) if isinstance(source, Video) else None
        """The file, where the source is one."""
        self.on_begin: Callable[[float], None] | None = None
        """Called when a source begins, also anew, with the time of its first image."""
        self._camera = camera
        self._source: ImageSource | None = source

    def play(self, stopping: Event, on_image: OnImage, on_problem: Callable[[str], None]) -> None:
        """Read until ``stopping`` is set.

        ``on_image`` gets every image, BGR uint8 [H, W, 3], and when it arrived (s, of
        ``monotonic``); ``on_problem`` one line when the source breaks, '' when images come again.
        """
        pause_s, is_lost = FIRST_PAUSE_S, False
        while not stopping.is_set():
            is_video, images = isinstance(self._source, Video), 0
            for image_bgr, stamp_s in self._images(stopping):
                if is_lost:
                    on_problem('')
                pause_s, is_lost, images = FIRST_PAUSE_S, False, images + 1
                on_image(image_bgr, stamp_s)
            self._source = None  # a device must be free before it is opened again
            if not (is_video and images) and not stopping.is_set():
                is_lost = True
                on_problem(f'camera lost: trying again in {pause_s:g} s')
                stopping.wait(pause_s)
                pause_s = min(2.0 * pause_s, LONGEST_PAUSE_S)
            with suppress(ConfigError):
                self._source = _open(self._camera)

    def _images(self, stopping: Event) -> Iterator[tuple[ImageArray, float]]:
        """Yield images and their times until the source ends or ``stopping`` is set."""
        source, began_s = self._source, monotonic()
        if self.on_begin:
            self.on_begin(began_s)
        for sample in source.samples() if source else ():
            stamp_s = began_s + (sample.at_s or 0.0)
            if isinstance(source, Video):
                stopping.wait(max(stamp_s - monotonic(), 0.0))
                stamp_s = monotonic()
            if stopping.is_set():
                return
            if sample.image_bgr is not None:
                yield sample.image_bgr, stamp_s


def _open(camera: str) -> ImageSource:
    source = open_image_source([camera])
    if isinstance(source, Pictures):
        raise ConfigError(f'{camera}: is no camera, video or stream (for pictures: analyze)')
    return source
