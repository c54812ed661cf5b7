# SPDX-License-Identifier: MIT
"""Frames of a storyboard: deterministic, with every picture where it belongs."""

import cv2
import numpy as np
import pytest

from emotion_ros.demo.frame_renderer import NOISE_LEVELS, FrameRenderer
from emotion_ros.demo.storyboard import CAMERA_OFF, NOBODY, Cue, Picture, Storyboard, View
from emotion_ros.errors import ConfigError

RED, BLUE = (0, 0, 200), (200, 0, 0)


@pytest.fixture
def folder(tmp_path):
    """Hold a picture, 40 px wide and 20 high, whose left half is red and right half blue."""
    image = np.zeros((20, 40, 3), np.uint8)
    image[:, :20], image[:, 20:] = RED, BLUE
    cv2.imwrite(str(tmp_path / 'flag.png'), image)
    return tmp_path


def render(folder, *pictures, frame=0):
    view = View(pictures)
    return FrameRenderer(Storyboard((Cue(0.0, show=view),)), folder).render(view, frame)


def is_near(pixels, colour) -> bool:
    """Return whether the pixels differ from a BGR colour by no more than the noise."""
    return bool((np.abs(pixels.astype(int) - np.array(colour)) < NOISE_LEVELS).all())


def test_nobody_is_a_plain_grey_wall(folder):
    frame = render(folder)
    assert (frame.shape, frame.dtype) == ((480, 640, 3), np.uint8)
    assert np.ptp(frame[240].astype(int)) < NOISE_LEVELS
    assert frame[0].mean() > frame[-1].mean() + 30


def test_the_same_frame_has_the_same_pixels_and_the_next_other_noise(folder):
    picture = Picture('flag.png', 5, 5, 20)
    first, again, following = (render(folder, picture, frame=n) for n in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != following).any()
    assert np.abs(first.astype(int) - following).max() < NOISE_LEVELS


def test_a_picture_lies_at_its_place_in_its_size(folder):
    frame = render(folder, Picture('flag.png', 100, 50, 40))
    wall = render(folder)
    assert is_near(frame[50:90, 100:138], RED)
    assert is_near(frame[50:90, 142:180], BLUE)
    outside = np.ones(frame.shape[:2], bool)
    outside[50:90, 100:180] = False
    np.testing.assert_array_equal(frame[outside], wall[outside])


@pytest.mark.parametrize(
    ('x', 'y', 'rows', 'columns', 'colour'),
    [
        (-60, 10, slice(10, 50), slice(0, 20), BLUE),
        (620, 10, slice(10, 50), slice(620, 640), RED),
        (100, -30, slice(0, 10), slice(100, 138), RED),
        (100, 470, slice(470, 480), slice(100, 138), RED),
    ],
)
def test_a_picture_is_cut_off_at_the_border(folder, x, y, rows, columns, colour):
    assert is_near(render(folder, Picture('flag.png', x, y, 40))[rows, columns], colour)


@pytest.mark.parametrize(('x', 'y'), [(-80, 0), (640, 0), (0, -40), (0, 480), (10**6, -(10**6))])
def test_a_picture_outside_is_not_seen(folder, x, y):
    np.testing.assert_array_equal(render(folder, Picture('flag.png', x, y, 40)), render(folder))


def test_a_picture_can_be_mirrored_and_dimmed(folder):
    frame = render(folder, Picture('flag.png', 0, 0, 40, mirror=True, brightness=0.5))
    assert is_near(frame[:40, :38], (100, 0, 0))
    assert is_near(frame[:40, 42:80], (0, 0, 100))


def test_a_mouth_that_speaks_moves_and_nothing_above_it(folder):
    stripes = np.repeat(np.arange(100) % 2 * 200, 200).reshape(100, 200)
    cv2.imwrite(str(folder / 'rows.png'), stripes)
    speaking = Picture('rows.png', 0, 0, 100, mouth=0.7)
    story = Storyboard((Cue(0.0, show=View((speaking,))),))
    renderer = FrameRenderer(story, folder)
    frames = [renderer.render(View((speaking,)), 8 * i).astype(int) for i in range(3)]
    assert (frames[0] == frames[1]).all()  # the same noise, the same opening
    shut, wide = (renderer.render(View((speaking,)), i).astype(int) for i in (0, 2))
    moved = abs(shut - wide)[:100, 100, 0] > 2 * NOISE_LEVELS
    assert not moved[:60].any()
    assert moved[66:80].any()


def test_the_later_picture_lies_on_top(folder):
    below, above = Picture('flag.png', 0, 0, 40), Picture('flag.png', 40, 0, 40)
    assert is_near(render(folder, below, above)[:40, 42:78], RED)


@pytest.mark.parametrize(
    ('name', 'content', 'error'),
    [
        ('absent.png', None, 'cannot be read'),
        ('empty.png', b'', 'is not a picture'),
        ('words.png', b'hello', 'is not a picture'),
    ],
)
def test_a_bad_picture_is_named_before_the_story_begins(tmp_path, name, content, error):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    story = Storyboard((Cue(0.0, show=NOBODY), Cue(1.0, show=View((Picture(name, 0, 0, 9),)))))
    with pytest.raises(ConfigError, match=error) as caught:
        FrameRenderer(story, tmp_path)
    assert str(tmp_path / name) in str(caught.value)


def test_a_story_without_pictures_can_be_rendered(tmp_path):
    renderer = FrameRenderer(Storyboard((Cue(0.0, show=CAMERA_OFF),)), tmp_path)
    assert renderer.render(NOBODY, 0).any()
