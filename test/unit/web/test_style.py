# SPDX-License-Identifier: MIT
"""The colours of the pages can be told from their ground, in light and in dark (WCAG 2.2)."""

import re

import pytest

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.web.server import PAGE_FOLDER

STYLE = (PAGE_FOLDER / 'style.css').read_text(encoding='utf-8')
LIGHT, DARK = (
    dict(re.findall(r'--(\w+): (#[0-9a-f]{6});', block))
    for block in re.findall(r':root \{(.*?)\}', STYLE, re.DOTALL)
)
WRITTEN = ('ink', 'soft', 'good', 'warn', 'bad', 'face', 'text', 'other', 'unknown', *EMOTIONS)
LEAST = 4.5


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, 0..1."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1..21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast('#000000', '#ffffff') == pytest.approx(21.0)
    assert contrast('#777777', '#ffffff') == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize('scheme', [LIGHT, DARK], ids=['light', 'dark'])
def test_every_colour_of_words_can_be_read_on_a_card(scheme):
    ratios = {name: contrast(scheme[name], scheme['card']) for name in WRITTEN}
    assert {name: ratio for name, ratio in ratios.items() if ratio < LEAST} == {}


def test_both_schemes_name_the_same_colours():
    assert LIGHT.keys() == DARK.keys()
