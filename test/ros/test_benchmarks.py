# SPDX-License-Identifier: MIT
"""The benchmarks run and their parts fit together; the values need an idle machine."""

import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image

from benchmarks.bench import Lifecycle, measure_scenario, parse_arguments, target_figures
from benchmarks.driver import Performance
from benchmarks.figure import Spread
from benchmarks.fusion_step import HAPPY, MAX_STEP_MS, measure_fusion_step
from benchmarks.robot import image_messages
from benchmarks.scenario import FULL, MAIN, QUICK, Scenario
from benchmarks.synthetic_frames import frames_of
from emotion_ros.core.evidence import is_distribution
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.nodes.messages.image_decoder import make_decoder
from emotion_ros.perception.face.config import VisionConfig
from performance_plot import PANELS

SPREAD = Spread(10.0, 20.0, 30.0)


def performance(scenario):
    values = (SPREAD, SPREAD, SPREAD, 99.0, 0.1, 30.0, 50.0, 60.0, 200.0)
    return Performance(scenario.name, *values, SPREAD if scenario.has_voice else None)


@pytest.mark.parametrize(
    ('scenario', 'msg_type'),
    [
        (MAIN, Image),
        (Scenario('two', 1280, 720, faces=2), Image),
        (Scenario('jpeg', 1280, 720, is_compressed=True), CompressedImage),
    ],
)
def test_the_node_can_decode_the_frames(scenario, msg_type):
    frames = image_messages(scenario, frames_of(scenario))
    assert {type(frame) for frame in frames} == {msg_type}
    image = make_decoder(VisionConfig(image_transport=scenario.transport))(frames[0])
    assert image.shape == (scenario.height, scenario.width, 3)
    assert np.std(image) > 10


def test_every_point_of_the_plot_is_a_scenario():
    drawn = {
        scenario for panel in PANELS.values() for line in panel.values() for _, scenario in line
    }
    assert drawn <= {scenario.name for scenario in (MAIN, *FULL)}


@pytest.mark.parametrize('scenarios', [QUICK, FULL])
def test_every_target_is_measured_in_a_quick_and_a_full_run(scenarios):
    lifecycle = Lifecycle([1.0], [0.1], 2.0, performance(MAIN), [3.0], 200.0)
    figures = target_figures(lifecycle, [performance(scenario) for scenario in scenarios])
    assert len({figure.name for figure in figures}) == len(figures) == 18
    assert not [figure.name for figure in figures if figure.result == 'missed']


@pytest.mark.parametrize(
    'arguments', [['--quick', '--save'], ['--seconds', '0'], ['--seconds', 'x']]
)
def test_a_wrong_command_line_ends_the_run(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        parse_arguments(arguments)
    assert end.value.code == 2


@pytest.mark.parametrize('is_separate', [False, True])
def test_a_scenario_can_be_measured(ros_domain, is_separate):
    scenario = Scenario('two faces', faces=2, has_speech=True, is_separate=is_separate)
    performance = measure_scenario(scenario, 1.0)
    assert performance.processed_percent > 0.0
    assert 0.0 < performance.vision.p50 <= performance.vision.p99
    assert performance.cpu_percent > 0.0
    assert performance.rss_mb > 50.0


def test_a_fusion_step_takes_some_time():
    figure = measure_fusion_step(FusionConfig())
    assert (figure.unit, figure.limit) == ('ms', MAX_STEP_MS)
    assert 0.0 < figure.value <= figure.p95
    assert is_distribution(HAPPY.probabilities)
