# SPDX-License-Identifier: MIT
"""The options of the fusion."""

from dataclasses import dataclass

from emotion_ros.core.fusion.people_in_view import FOCUS_RULES
from emotion_ros.core.fusion.temporal_filter import FILTERS
from emotion_ros.core.options import Options, option
from emotion_ros.core.people.privacy import HOLD_S, MODES
from emotion_ros.files.resources import PACKAGED

FITTED = -1.0
NO_ONE, FOCUS = 'none', 'focus'
FACE_HALF_LIFE_S = 0.3


@dataclass(frozen=True)
class FusionConfig(Options):
    """Parameters of the fusion node; times in seconds, rates in Hz."""

    rate: float = option(10.0, 'lowest rate of emotion_state (Hz)', low=1.0, high=100.0)
    max_rate: float = option(30.0, 'largest rate of emotion_state (Hz)', low=1.0, high=200.0)
    vision_timeout: float = option(
        1.0,
        'faces no longer count after this (s); below 2 images/s: 2.5 periods of the camera',
        low=0.1,
        high=10.0,
        dynamic=True,
    )
    face_fresh_for: float = option(
        0.5,
        'a face counts in full for this long (s); below 2 images/s: 1.5 periods',
        low=0.0,
        high=10.0,
        dynamic=True,
    )
    text_half_life: float = option(
        1.5,
        'half-life of the weight of text, once not fresh (s)',
        low=0.05,
        high=60.0,
        dynamic=True,
    )
    text_hold: float = option(
        5.0, 'text no longer counts after this (s)', low=0.1, high=120.0, dynamic=True
    )
    voice_half_life: float = option(
        1.5,
        'half-life of the weight of a voice, once not fresh (s)',
        low=0.05,
        high=60.0,
        dynamic=True,
    )
    voice_hold: float = option(
        5.0, 'a voice no longer counts after this (s)', low=0.1, high=120.0, dynamic=True
    )
    fresh_for: float = option(
        2.0,
        'text, voice and other evidence count in full for this long (s)',
        low=0.0,
        high=60.0,
        dynamic=True,
    )
    text_without_face: bool = option(True, 'text counts when no face is in view', dynamic=True)
    face_weight: float = option(
        FITTED,
        'base weight of faces; -1: fitted',
        low=-1.0,
        high=5.0,
        dynamic=True,
    )
    abstain_below: float = option(
        0.0,
        'faces of a lower quality do not count; without other evidence the state is unknown',
        low=0.0,
        high=1.0,
        dynamic=True,
    )
    text_weight: float = option(
        FITTED,
        'base weight of text; -1: fitted',
        low=-1.0,
        high=5.0,
        dynamic=True,
    )
    voice_weight: float = option(
        FITTED,
        'base weight of voices; -1: fitted',
        low=-1.0,
        high=5.0,
        dynamic=True,
    )
    modalities: tuple[str, ...] = option((), 'further modalities with parameters: see below')
    other_weight: float = option(
        0.5, 'weight of modalities not listed', low=0.0, high=5.0, dynamic=True
    )
    filter: str = option('hmm', 'smoothing over time', choices=FILTERS)
    confidence_threshold: float = option(
        0.6, 'lowest confidence of an actionable state', low=0.0, high=1.0, dynamic=True
    )
    dwell: float = option(
        0.5,
        'a label must be held this long to be actionable (s)',
        low=0.0,
        high=10.0,
        dynamic=True,
    )
    max_switch_rate: float = option(2.0, 'most label changes per second (Hz)', low=0.1, high=30.0)
    focus_rule: str = option(
        'largest', 'the person of emotion_state', choices=FOCUS_RULES, dynamic=True
    )
    focus_id: str = option('', 'its person_id, with focus_rule id', dynamic=True)
    unbound_speech: str = option(
        NO_ONE,
        'whose words and voice count as, with several people in view, when it is not known who '
        'speaks',
        choices=(NO_ONE, FOCUS),
        dynamic=True,
    )
    resting_face: bool = option(
        False, 'what a face has shown all the time since it came counts as neutral'
    )
    context_sentences: str = option(
        PACKAGED, 'packaged, or the path of the template of emotion_context (.yaml)'
    )
    privacy: str = option(
        'full', 'mode of everybody at the start; paused: until it is set', choices=tuple(MODES)
    )
    privacy_hold: float = option(
        HOLD_S,
        'how long after a paused person was last seen who is new is paused, too (s)',
        low=0.0,
        high=3600.0,
    )


@dataclass(frozen=True)
class ModalityConfig(Options):
    """Parameters ``<name>.…`` of a modality that is listed in ``modalities``; times in seconds."""

    weight: float = option(0.5, 'weight in the pool', low=0.0, high=5.0)
    half_life: float = option(
        1.5, 'half-life of the weight, once not fresh (s)', low=0.05, high=60.0
    )
    timeout: float = option(5.0, 'it no longer counts after this (s)', low=0.1, high=120.0)
