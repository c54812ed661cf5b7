# SPDX-License-Identifier: MIT
"""How often a voice and words are bound to the right one of several faces.

``python -m studies.fusion.speakers`` generates sequences: the faces of the demo speak in turn,
sway, blink and smile at 15 images/s, and the camera is up to 0.2 s late. Their pixels go through
the lip activity of vision_node and the binding of voice_node (a result per second of speech) and
of sentiment_node (an utterance 0.2 to 1.5 s late). One JSON object: by the number of faces, the
shares that are bound to the right face, unbound, and bound to a wrong one.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.observations import FaceObservation, FacesObservation
from emotion_ros.core.people.speaker_binding import SpeakerBinding
from emotion_ros.core.people.words_speaker import speaker_of_words
from emotion_ros.files.resources import packaged_config
from emotion_ros.perception.face.lip_activity import LipActivity
from training.command import as_json, run

FPS = 15.0
TURNS = 6
SIDE, CROP = 144, 48
FACES = {  # x, y, side (px) of the face
    'astronaut': (150, 68, 106),
    'drawn_neutral': (90, 100, 220),
    'drawn_sad': (90, 100, 220),
}
UPDATE_S = 1.0
Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Turn:
    """A person says so many ``words`` from ``begin_s`` to ``end_s``."""

    begin_s: float
    end_s: float
    who: int
    words: int


def plan_turns(people: int, rng: np.random.Generator) -> list[Turn]:
    """Return who speaks when."""
    turns, at_s = [], 1.0
    for _ in range(TURNS):
        words = int(rng.integers(2, 12))
        end_s = at_s + words * rng.uniform(0.28, 0.45)
        turns.append(Turn(at_s, end_s, int(rng.integers(people)), words))
        at_s = end_s + rng.uniform(0.6, 2.0)
    return turns


class Actor:
    """A face that speaks when it is its turn, and moves in other ways all the time."""

    def __init__(self, name: str, rng: np.random.Generator) -> None:
        x, y, side = FACES[name]
        image = cv2.imread(str(packaged_config(f'demo/{name}.jpg')), cv2.IMREAD_GRAYSCALE)
        self._face = cv2.resize(np.asarray(image)[y : y + side, x : x + side], (SIDE, SIDE))
        self._rng = rng
        self._sway_hz, self._sway = rng.uniform(0.2, 0.8), rng.uniform(0.0, 0.04)
        self._rate_hz, self._open = rng.uniform(3.0, 5.5), rng.uniform(0.035, 0.08)
        self._smile_s = rng.uniform(0.0, 20.0)

    def crop(self, at_s: float, speaks: bool) -> Grey:
        """Return the face at a time, grey uint8 [CROP, CROP]; lengths are parts of its side."""
        rng = self._rng
        rows, columns = np.mgrid[0 : 1 : SIDE * 1j, 0 : 1 : SIDE * 1j].astype(np.float32)
        dx, dy, size = rng.normal(0, 0.008, 3)
        sway = self._sway * np.sin(2 * np.pi * self._sway_hz * at_s)
        x = (columns - 0.5) * (1 + size) + 0.5 + dx + sway
        y = (rows - 0.5) * (1 + size) + 0.5 + dy + sway / 2
        chin = np.clip((y - 0.74) / 0.06, 0, 1) * np.exp(-(((x - 0.5) / 0.22) ** 2))
        mouth = np.exp(-(((y - 0.76) / 0.1) ** 2)) * (x - 0.5)
        eyes = np.exp(-(((y - 0.36) / 0.06) ** 2)) * (y - 0.36)
        syllable = max(0.0, np.sin(2 * np.pi * self._rate_hz * at_s)) * rng.uniform(0.5, 1.0)
        x = x - 0.3 * (self._smile_s < at_s < self._smile_s + 2.0) * mouth
        y = y - self._open * syllable * speaks * chin + 0.8 * (at_s % 4.0 < 0.15) * eyes
        moved = cv2.remap(
            self._face,
            np.asarray(x * SIDE, np.float32),
            np.asarray(y * SIDE, np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        small = cv2.resize(moved, (CROP, CROP), interpolation=cv2.INTER_AREA)
        return np.clip(small + rng.normal(0, 2, small.shape), 0, 255).astype(np.uint8)


def play_sequence(people: int, rng: np.random.Generator) -> Counter[tuple[str, str]]:
    """Return how often a voice and words were bound ``right``, ``unbound`` and ``wrong``."""
    turns = plan_turns(people, rng)
    actors = [Actor(name, rng) for name in rng.permutation(list(FACES))[:people]]
    late_s = rng.uniform(0.0, 0.2)
    lips, binding = LipActivity(), SpeakerBinding()
    for n in range(int((turns[-1].end_s + 2.0) * FPS)):
        at_s = n / FPS
        faces = []
        for i, actor in enumerate(actors):
            speaks = any(t.who == i and t.begin_s <= at_s < t.end_s for t in turns)
            speaking = lips.update(i, actor.crop(at_s, speaks), at_s)
            box = i * 0.3, 0.2, i * 0.3 + 0.2, 0.6
            faces.append(FaceObservation(i, box, 0.9, 1.0, (1 / 7,) * 7, speaking=speaking))
        binding.update(FacesObservation(at_s + late_s, faces=tuple(faces)))
    found: Counter[tuple[str, str]] = Counter()
    for turn in turns:
        expected = f'face_{turn.who}'
        ends_s = [*np.arange(turn.begin_s + UPDATE_S, turn.end_s, UPDATE_S), turn.end_s]
        for end_s in ends_s:
            found['voice', outcome(binding.speaker(turn.begin_s, end_s).person_id, expected)] += 1
        stamp_s = turn.end_s + rng.uniform(0.2, 1.5)
        named = speaker_of_words(binding, turn.words, stamp_s).person_id
        found['words', outcome(named, expected)] += 1
    return found


def outcome(person_id: str, expected: str) -> str:
    """Return ``right``, ``unbound`` or ``wrong``."""
    return 'right' if person_id == expected else 'wrong' if person_id else 'unbound'


def measure(people: int, sequences: int) -> dict[str, Any]:
    """Return number and shares for sequences with so many faces."""
    counts: Counter[tuple[str, str]] = Counter()
    for seed in range(sequences):
        counts += play_sequence(people, np.random.default_rng(seed))
    figures: dict[str, Any] = {}
    for kind in ('voice', 'words'):
        of_kind = {name: counts[kind, name] for name in ('right', 'unbound', 'wrong')}
        total = sum(of_kind.values())
        figures[kind] = {'n': total} | {k: round(n / total, 4) for k, n in of_kind.items()}
    return figures


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m studies.fusion.speakers', description=__doc__)
    parser.add_argument('--sequences', type=int, default=20, help='for each number of faces')
    args = parser.parse_args(argv)
    print(as_json({str(people): measure(people, args.sequences) for people in (1, 2, 3)}))


if __name__ == '__main__':
    run(main)
