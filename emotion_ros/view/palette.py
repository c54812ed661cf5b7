# SPDX-License-Identifier: MIT
"""The colours of the pages and of the terminal, in a light and in a dark scheme.

Hues as near to Okabe and Ito's as the contrast allows. Every two colours of a scheme differ by
more than 10 (CIEDE2000), also with protanopia and deuteranopia, and every one has a contrast of
more than 3 to its backgrounds: enough for marks and large words, so that small words are written
in ``ink`` next to a mark.
"""

from collections.abc import Mapping

from emotion_ros.core.emotions import EMOTIONS, Emotion

MODALITIES = ('face', 'text', 'voice', 'other')
MARKS = (*EMOTIONS, Emotion.UNKNOWN.label, *MODALITIES)
"""The names of the colours that must be distinguished, all in one chart."""

LIGHT = {
    'angry': '#bc0103',
    'disgust': '#147351',
    'fear': '#52018d',
    'happy': '#c18203',
    'neutral': '#484d59',
    'sad': '#136ccb',
    'surprise': '#319ab5',
    'unknown': '#918f88',
    'face': '#7584fd',
    'text': '#be8062',
    'voice': '#995e82',
    'other': '#27311d',
    'ground': '#f7f8fa',
    'card': '#ffffff',
    'ink': '#14181f',
    'soft': '#566070',
    'line': '#d8dde4',
    'good': '#19784a',
    'warn': '#a85b00',
    'bad': '#bb2d22',
}
DARK = {
    'angry': '#e82e00',
    'disgust': '#b2e9a8',
    'fear': '#9b56a0',
    'happy': '#faad01',
    'neutral': '#d5def3',
    'sad': '#3bb0f8',
    'surprise': '#3fb3a7',
    'unknown': '#787065',
    'face': '#6277eb',
    'text': '#e39467',
    'voice': '#d56b8b',
    'other': '#e6f2e5',
    'ground': '#0d1015',
    'card': '#161b22',
    'ink': '#eef1f5',
    'soft': '#9ba6b5',
    'line': '#2a313b',
    'good': '#4fce8b',
    'warn': '#ffb04d',
    'bad': '#ff7467',
}
STAGE = '#10151c'
"""Around and behind a camera image, in both schemes."""

PEOPLE = ('#e69f00', '#56b4e9', '#cc79a7', '#f0e442', '#009e73', '#d55e00')
"""Outlines of people in an image: one after the other, on a dark edge, next to a number."""


def style_sheet() -> str:
    """Return the colours as custom properties (``--happy``), and a class of each mark.

    An element of the class ``happy`` has that colour as ``--hue``.
    """
    people = ''.join(f'  --person-{i}: {colour};\n' for i, colour in enumerate(PEOPLE))
    light, dark = (
        ''.join(f'  --{name}: {colour};\n' for name, colour in scheme.items())
        for scheme in (LIGHT, DARK)
    )
    classes = ''.join(f'.{name} {{ --hue: var(--{name}); }}\n' for name in MARKS)
    return (
        f':root {{\n  color-scheme: light dark;\n  --stage: {STAGE};\n{people}{light}}}\n'
        f'@media (prefers-color-scheme: dark) {{\n:root {{\n{dark}}}\n}}\n{classes}'
    )


def terminal_scheme(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the scheme for a terminal: light where COLORFGBG says so, else dark."""
    background = environment.get('COLORFGBG', '').rpartition(';')[2]
    return LIGHT if background in ('7', '15') else DARK
