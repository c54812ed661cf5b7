# SPDX-License-Identifier: MIT
"""Plain and mirrored views of followed faces: which are classified when, and what comes out."""

import numpy as np
import pytest
from numpy.typing import NDArray

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.view_average import ViewAverage

NOISE = np.random.default_rng(0)


class LeftBrightness:
    """A network whose belief in 'angry' is the brightness of the left half of a crop."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        self.batches.append(len(crops))
        angry = crops[:, :, :24].mean(axis=tuple(range(1, crops.ndim))) / 255
        return np.stack([angry, *6 * [(1 - angry) / 6]], axis=1)


def crop(left: int, right: int, noise: int = 0) -> NDArray[np.uint8]:
    face = np.empty((48, 48), np.uint8)
    face[:, :24], face[:, 24:] = left, right
    return face + NOISE.integers(0, noise + 1, face.shape, np.uint8)


def angry(rows: list[NDArray[np.float64]]) -> list[float]:
    return [round(255 * float(row[0])) for row in rows]


def test_nobody_costs_nothing() -> None:
    network = LeftBrightness()
    assert ViewAverage(network).update([], [], 0.0) == []
    assert network.batches == []


def test_a_new_face_is_the_mean_of_both_views() -> None:
    network = LeftBrightness()
    rows = ViewAverage(network).update([1, 2], [crop(200, 100), crop(10, 30)], 0.0)
    assert angry(rows) == [150, 20]
    assert sum(rows[0]) == pytest.approx(1.0)
    assert network.batches == [4]


def test_colour_is_mirrored_from_left_to_right_too() -> None:
    coloured = np.repeat(crop(200, 100)[..., None], 3, axis=2)
    assert angry(ViewAverage(LeftBrightness()).update([1], [coloured], 0.0)) == [150]


def test_a_changing_face_has_a_turn_in_every_second_image_of_30_hz_in_alternate_views() -> None:
    network = LeftBrightness()
    views = ViewAverage(network)
    seen = [angry(views.update([1], [crop(20 * k, 100)], 50 + k / 30))[0] for k in range(1, 8)]
    assert network.batches == [2, 1, 1, 1]
    # The plain view: 20, 60, 60, 140; the mirrored one always 100.
    assert seen == [60, 60, 80, 80, 80, 80, 120]


def test_a_still_face_is_classified_three_times_a_second() -> None:
    network = LeftBrightness()
    views = ViewAverage(network)
    for k in range(31):
        views.update([1], [crop(120, 60, noise=12)], 50 + k / 30)
        views.run_deferred()
    assert network.batches == [2, 2, 2, 2]


def test_a_still_face_is_classified_again_after_the_answer() -> None:
    """Red when ``update`` does not wait for ``run_deferred`` with a still face."""
    network = LeftBrightness()
    views = ViewAverage(network)
    views.update([1], [crop(120, 60)], 50.0)
    assert angry(views.update([1], [crop(124, 64)], 50.4)) == [90]
    assert network.batches == [2]
    views.run_deferred()
    assert network.batches == [2, 2]
    assert angry(views.update([1], [crop(124, 64)], 50.43)) == [94]


def test_a_face_that_changes_after_a_pause_is_new_in_both_views() -> None:
    network = LeftBrightness()
    views = ViewAverage(network)
    for k in range(6):
        views.update([1], [crop(120, 60)], 50 + k / 30)
    assert angry(views.update([1], [crop(20, 100)], 50 + 6 / 30)) == [60]
    assert network.batches == [2, 2]


def test_a_slow_camera_has_time_for_both_views() -> None:
    network = LeftBrightness()
    views = ViewAverage(network)
    for k in range(1, 4):
        assert angry(views.update([1], [crop(50 * k, 0)], k / 5)) == [25 * k]
    assert network.batches == [2, 2, 2]


def test_of_several_faces_half_have_their_turn_in_one_image() -> None:
    network = LeftBrightness()
    views = ViewAverage(network)
    for k in range(7):
        views.update([1, 2, 3, 4], [crop(20 * k, 0) for _ in range(4)], 50 + k / 30)
    assert network.batches == [8, 2, 2, 2, 2, 2]


def test_who_leaves_is_forgotten_and_order_makes_no_difference() -> None:
    network = LeftBrightness()
    views = ViewAverage(network)
    views.update([1, 2], [crop(200, 0), crop(100, 0)], 50.0)
    assert angry(views.update([2, 1], [crop(100, 0), crop(200, 0)], 50.01)) == [50, 100]
    views.update([2], [crop(100, 0)], 50.02)
    views.update([1, 2], [crop(200, 0), crop(100, 0)], 50.03)
    assert network.batches == [4, 2]


@pytest.mark.parametrize('stamp_s', [50.0, 49.9])
def test_a_clock_that_stands_or_steps_back_is_classified_anew(stamp_s: float) -> None:
    network = LeftBrightness()
    views = ViewAverage(network)
    views.update([1], [crop(0, 0)], 50.0)
    assert angry(views.update([1], [crop(100, 100)], stamp_s)) == [100]


def test_after_a_failure_the_face_is_still_new() -> None:
    network = LeftBrightness()
    is_broken = [True]

    def classify(crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        if is_broken.pop():
            raise InvalidInput('bad_output', 'NaN')
        return network(crops)

    views = ViewAverage(classify)
    with pytest.raises(InvalidInput):
        views.update([1], [crop(1, 1)], 0.0)
    is_broken.append(False)
    assert angry(views.update([1], [crop(90, 10)], 0.01)) == [50]


def test_a_failure_after_the_answer_is_told_with_the_next_one() -> None:
    network = LeftBrightness()
    is_broken = False

    def classify(crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        if is_broken:
            raise InvalidInput('bad_output', 'NaN')
        return network(crops)

    views = ViewAverage(classify)
    views.update([1], [crop(90, 10)], 0.0)
    views.update([1], [crop(90, 10)], 1.0)
    is_broken = True
    views.run_deferred()
    with pytest.raises(InvalidInput):
        views.update([1], [crop(90, 10)], 1.03)
