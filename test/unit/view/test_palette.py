# SPDX-License-Identifier: MIT
"""The colours can be told from each other and from their ground, also by the colour-blind."""

import re
from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

import numpy as np
import pytest

from emotion_ros.view.palette import (
    DARK,
    LIGHT,
    MARKS,
    PEOPLE,
    STAGE,
    style_sheet,
    terminal_scheme,
)
from emotion_ros.web.server import PAGE_FOLDER

SCHEMES = pytest.mark.parametrize('scheme', [LIGHT, DARK], ids=['light', 'dark'])
LEAST_DIFFERENCE = 10.0  # CIEDE2000; about 2 is just noticeable side by side
LEAST_OF_MARKS, LEAST_OF_WORDS = 3.0, 4.5  # WCAG 2.2: 1.4.11 and large words, 1.4.3
WORDS = ('ink', 'soft', 'good', 'warn', 'bad')
# Machado, Oliveira, Fernandes 2009, severity 1.0, for linear RGB.
VISIONS = {
    'normal': np.eye(3),
    'protanopia': np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    'deuteranopia': np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
XYZ_OF_RGB = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(colour: str) -> np.ndarray:
    """Return linear RGB, 0..1, of ``#rrggbb``."""
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1..21."""
    dark, light = sorted(float(XYZ_OF_RGB[1] @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(colour: str, vision: str = 'normal') -> tuple[float, ...]:
    """Return CIELAB (D65) of a colour as it is seen."""
    seen = np.clip(VISIONS[vision] @ linear(colour), 0.0, 1.0)
    ratio = XYZ_OF_RGB @ seen / XYZ_OF_RGB.sum(axis=1)
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return float(116 * y - 16), float(500 * (x - y)), float(200 * (y - z))


def difference(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return CIEDE2000 of two CIELAB colours (Sharma, Wu, Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c7 = ((hypot(a1, b1) + hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * sqrt(mean_c7 / (mean_c7 + 25.0**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    c, light = (c1 + c2) / 2, (l1 + l2) / 2
    h = h1 + turn / 2 if c1 * c2 else h1 + h2
    t = 1 - 0.17 * cos(radians(h - 30)) + 0.24 * cos(radians(2 * h))
    t += 0.32 * cos(radians(3 * h + 6)) - 0.2 * cos(radians(4 * h - 63))
    of_light = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / sqrt(20 + (light - 50) ** 2))
    of_chroma = (c2 - c1) / (1 + 0.045 * c)
    of_hue = 2 * sqrt(c1 * c2) * sin(radians(turn / 2)) / (1 + 0.015 * c * t)
    spread = 60 * exp(-((((h % 360) - 275) / 25) ** 2))
    rotation = -2 * sqrt(c**7 / (c**7 + 25.0**7)) * sin(radians(spread))
    return sqrt(of_light**2 + of_chroma**2 + of_hue**2 + rotation * of_chroma * of_hue)


def too_near(colours: dict[str, str], vision: str) -> dict[tuple[str, str], float]:
    """Return the pairs that differ by less than they must, as they are seen."""
    seen = {name: lab(colour, vision) for name, colour in colours.items()}
    pairs = {(a, b): difference(seen[a], seen[b]) for a, b in combinations(seen, 2)}
    return {pair: round(d, 1) for pair, d in pairs.items() if d < LEAST_DIFFERENCE}


@pytest.mark.parametrize(
    ('one', 'other', 'expected'),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_the_published_test_data(one, other, expected):
    assert difference(one, other) == pytest.approx(expected, abs=1e-4)


def test_contrast_and_lightness_are_those_of_the_standards():
    assert contrast('#000000', '#ffffff') == pytest.approx(21.0)
    assert contrast('#777777', '#ffffff') == pytest.approx(4.48, abs=0.01)
    assert lab('#ffffff') == pytest.approx((100.0, 0.0, 0.0), abs=1e-3)


@pytest.mark.parametrize('vision', VISIONS)
@SCHEMES
def test_every_two_marks_can_be_told_from_each_other(scheme, vision):
    assert too_near({name: scheme[name] for name in MARKS}, vision) == {}


@pytest.mark.parametrize('vision', VISIONS)
def test_the_outlines_of_people_can_be_told_from_each_other(vision):
    assert too_near(dict(zip('123456', PEOPLE, strict=True)), vision) == {}


def test_a_palette_for_full_colour_vision_only_is_noticed():
    assert too_near({'red': '#b04040', 'green': '#4f7a1c'}, 'normal') == {}
    assert too_near({'red': '#b04040', 'green': '#4f7a1c'}, 'deuteranopia')


@SCHEMES
def test_marks_and_words_can_be_told_from_both_backgrounds(scheme):
    least = dict.fromkeys(MARKS, LEAST_OF_MARKS) | dict.fromkeys(WORDS, LEAST_OF_WORDS)
    ratios = {
        (name, ground): contrast(scheme[name], scheme[ground])
        for name in least
        for ground in ('card', 'ground')
    }
    assert {pair: r for pair, r in ratios.items() if r < least[pair[0]]} == {}


def test_people_can_be_told_from_what_is_around_the_image():
    assert min(contrast(colour, STAGE) for colour in PEOPLE) > LEAST_OF_MARKS


def test_both_schemes_name_the_same_colours():
    assert LIGHT.keys() == DARK.keys()


def test_the_style_sheet_has_both_schemes_and_a_class_of_each_mark():
    sheet = style_sheet()
    assert re.findall(r'--happy: (#\w{6});', sheet) == [LIGHT['happy'], DARK['happy']]
    assert set(re.findall(r'^\.(\w+) \{', sheet, re.MULTILINE)) == set(MARKS)


@pytest.mark.parametrize('path', sorted(PAGE_FOLDER.glob('*.css')), ids=lambda path: path.name)
def test_the_style_of_the_pages_has_no_colours_besides(path):
    assert re.findall(r'#[0-9a-f]{6}\b', path.read_text('utf-8')) == []


@pytest.mark.parametrize(
    ('value', 'scheme'), [(None, DARK), ('15;0', DARK), ('0;15', LIGHT), ('0;default;7', LIGHT)]
)
def test_the_terminal_is_dark_unless_it_says_otherwise(value, scheme):
    assert terminal_scheme({'COLORFGBG': value} if value else {}) is scheme
