# SPDX-License-Identifier: MIT
"""The benchmarks run at all, and their parts fit; what they measure is for a quiet machine."""

import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image

from benchmarks.bench import parse_arguments
from benchmarks.camera import Camera
from benchmarks.cost_plot import PANELS
from benchmarks.course import LONG, MAIN, SHORT, Day, target_figures
from benchmarks.figure import Spread
from benchmarks.performance import Performance
from benchmarks.situation import Situation, perform
from benchmarks.speech import Reaction
from emotion_ros.nodes.image_decoder import make_decoder
from emotion_ros.perception.face.config import VisionConfig

SPREAD = Spread(10.0, 20.0, 30.0)


def performance(situation):
    return Performance(situation.name, SPREAD, SPREAD, SPREAD, 99.0, 0.1, 30.0, 50.0, 60.0, 200.0)


@pytest.mark.parametrize(
    ('camera', 'kind'),
    [
        (Camera(), Image),
        (Camera(1280, 720, faces=2), Image),
        (Camera(1280, 720, is_compressed=True), CompressedImage),
    ],
)
def test_a_camera_films_what_the_node_can_decode(camera, kind):
    frames = camera.frames()
    assert {type(frame) for frame in frames} == {kind}
    image = make_decoder(VisionConfig(image_transport=camera.transport))(frames[0])
    assert image.shape == (camera.height, camera.width, 3)
    assert np.std(image) > 10


def test_the_course_has_every_point_of_the_picture():
    drawn = {
        situation for panel in PANELS.values() for line in panel.values() for _, situation in line
    }
    assert drawn <= {situation.name for situation in (MAIN, *LONG)}


@pytest.mark.parametrize('situations', [SHORT, LONG])
def test_every_target_is_measured_on_either_course(situations):
    day = Day([1.0], [0.1], 2.0, performance(MAIN), [Reaction(1.0, 2.0, 3.0)], 200.0)
    figures = target_figures(day, [performance(situation) for situation in situations])
    assert len({figure.name for figure in figures}) == len(figures) == 15
    assert not [figure.name for figure in figures if figure.verdict == 'missed']


@pytest.mark.parametrize(
    'arguments', [['--quick', '--save'], ['--seconds', '0'], ['--seconds', 'x']]
)
def test_a_wrong_command_line_ends_the_run(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        parse_arguments(arguments)
    assert end.value.code == 2


@pytest.mark.parametrize('is_separate', [False, True])
def test_a_situation_can_be_performed(ros_domain, is_separate):
    situation = Situation('two people', Camera(faces=2), is_separate, is_talkative=True)
    performance = perform(situation, [], 1.0)
    assert performance.processed_percent > 0.0
    assert 0.0 < performance.vision.p50 <= performance.vision.p99
    assert performance.cpu_percent > 0.0
    assert performance.rss_mb > 50.0
