# SPDX-License-Identifier: MIT
"""One sentence about the focus person, for a dialogue system or a language model."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.evidence import TEXT
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.files.checked import CheckedValue, parse_yaml, read_text

ALONE, LEFT, MIDDLE, RIGHT = PLACES = ('alone', 'left', 'middle', 'right')
PERSON = 'person'
BY_STATUS = {
    Status.PAUSED: 'paused',
    Status.NO_PERSON: 'no_person',
    Status.NO_INPUT: 'no_input',
    Status.DISABLED: 'disabled',
}
PARTS = {
    'begins': ('person', 'emotion'),
    'lasts': ('person', 'emotion', 'seconds'),
    'text_only': ('person', 'emotion'),
    'text': ('sentiment',),
    'voice': ('emotion',),
    'conflict': (),
    'unsure': (),
    'unknown': ('person',),
    'paused': ('person',),
    'no_person': (),
    'no_input': (),
    'disabled': (),
}
"""The parts of a template, and the words in braces that each may have."""
VOICE = 'voice'
STEPS_S = (3, 6, 15, 30, 60, 120, 300)
"""How long an emotion has lasted is said when it has lasted so long."""


@dataclass(frozen=True)
class ContextTemplate:
    """The parts of the sentences by their name in PARTS, and the persons by PLACES."""

    parts: Mapping[str, str]
    persons: Mapping[str, str]


def load_context_template(path: Path) -> ContextTemplate:
    """Return the template in a YAML file; ConfigError, with file and line, if it is invalid."""
    raw = parse_yaml(read_text(path), str(path)).mapping(PERSON, *PARTS)
    persons = raw[PERSON].mapping(*PLACES)
    return ContextTemplate(
        parts={name: _parse_part(raw[name], allowed) for name, allowed in PARTS.items()},
        persons={place: persons[place].string() for place in PLACES},
    )


def _parse_part(value: CheckedValue, allowed: tuple[str, ...]) -> str:
    text = value.string()
    try:
        found = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        found = {text}
    if not found <= set(allowed):
        names = ', '.join(f'{{{name}}}' for name in allowed) or 'no braces'
        raise value.error(f'{text!r}: use {names}')
    return text


def place_of(box_xyxy: tuple[float, float, float, float] | None, people: int) -> str:
    """Return the place of a face (a box in 0..1 of the image) as one of PLACES."""
    if people < 2 or box_xyxy is None:
        return ALONE
    centre = (box_xyxy[0] + box_xyxy[2]) / 2
    return LEFT if centre < 0.4 else RIGHT if centre > 0.6 else MIDDLE


class ContextSentence:
    """Makes the sentence of a state; a new one only when it says something else than the last.

    How long an emotion has lasted is one of STEPS_S. A label that has not lasted for ``dwell``
    yet is not part of one, so that a sentence does not follow every flicker.
    """

    def __init__(self, template: ContextTemplate) -> None:
        self._template = template
        self._last = ''

    def update(self, state: EmotionState, place: str) -> str:
        """Return the new sentence, or '' when there is none."""
        if state.reason is Reason.DWELL and self._last:
            return ''
        sentence = self._sentence(state, place)
        if sentence == self._last:
            return ''
        self._last = sentence
        return sentence

    def _sentence(self, state: EmotionState, place: str) -> str:
        parts = self._template.parts
        words = {'person': self._template.persons[place], 'emotion': state.label, 'seconds': ''}
        if state.emotion is Emotion.UNKNOWN:
            sentence = parts[BY_STATUS.get(state.status, 'unknown')].format(**words)
            return _as_sentence(sentence)
        step = bisect_right(STEPS_S, state.duration_s)
        if step:
            words['seconds'] = str(STEPS_S[step - 1])
        main = 'lasts' if step else 'begins'
        sentence = parts[main if state.person_id else 'text_only'].format(**words)
        for weighed in state.evidence:
            said = weighed.evidence.detail.partition(' ')[0].lower()
            if not weighed.used or not said:
                continue
            if weighed.evidence.modality == TEXT:
                sentence += parts['text'].format(sentiment=said)
            elif weighed.evidence.modality == VOICE and said in EMOTIONS:
                sentence += parts['voice'].format(emotion=said)
        if state.conflict:
            sentence += parts['conflict']
        elif state.reason is Reason.LOW_CONFIDENCE or state.status is Status.HOLDING:
            sentence += parts['unsure']
        return _as_sentence(sentence)


def _as_sentence(text: str) -> str:
    """Return a text with a capital letter and a full stop."""
    return f'{text[:1].upper()}{text[1:]}.'
