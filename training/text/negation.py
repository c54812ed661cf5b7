# SPDX-License-Identifier: MIT
"""Measure how negated feelings are read.

``python -m training.text.negation --json`` classifies the 200 sentences of negation.tsv with the
model alone and with the rule of the text pipeline. Every second sentence of a kind is validation:
the rule was made without a look at what becomes of it. negation_natural.tsv holds 120 as people
say them; each half was read once before the rule was extended by its kinds. Needs no torch.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.files.resources import PACKAGED
from emotion_ros.perception.text.classifier import make_text_engine
from emotion_ros.perception.text.engine import TextPrediction
from emotion_ros.perception.text.negation import classify_negated
from training.command import as_json, run

SENTENCES = Path(__file__).with_name('negation.tsv')
NATURAL = SENTENCES.with_name('negation_natural.tsv')
HALVES = TUNING, VALIDATION = ('tuning', 'validation')
KINDS = {
    'pos': 'praise by negation: sentiment is positive',
    'neu': 'denied feelings: not negative, no unpleasant emotion of 0.5 or more',
    'neg': 'negated good things and other bad ones: sentiment is negative',
}
UNPLEASANT = (Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD)


@dataclass(frozen=True)
class Sentence:
    """A sentence with its kind, one of KINDS, and its half."""

    text: str
    kind: str
    half: str


def load_sentences(path: Path = SENTENCES) -> list[Sentence]:
    """Return the sentences; within a kind the halves alternate."""
    found: list[Sentence] = []
    for line in path.read_text(encoding='utf-8').splitlines():
        kind, text = line.split('\t')
        earlier = sum(sentence.kind == kind for sentence in found)
        found.append(Sentence(text, kind, HALVES[earlier % 2]))
    return found


def is_right(kind: str, prediction: TextPrediction) -> bool:
    """Return whether a prediction is what KINDS asks for."""
    sentiment = Sentiment(int(prediction.sentiment.argmax()))
    if kind == 'neu':
        is_unpleasant = max(prediction.emotion[emotion] for emotion in UNPLEASANT) >= 0.5
        return sentiment is not Sentiment.NEGATIVE and not is_unpleasant
    return sentiment is (Sentiment.POSITIVE if kind == 'pos' else Sentiment.NEGATIVE)


def measure(
    sentences: list[Sentence], classify: Callable[[str], TextPrediction]
) -> dict[str, dict[str, float]]:
    """Return, for each half, the share of right sentences of each kind and of all."""
    right = {s: is_right(s.kind, classify(s.text)) for s in sentences}
    shares: dict[str, dict[str, float]] = {}
    for half in HALVES:
        of = {
            kind: [r for s, r in right.items() if (s.half, s.kind) == (half, kind)]
            for kind in KINDS
        }
        of['all'] = [r for s, r in right.items() if s.half == half]
        shares[half] = {kind: sum(results) / len(results) for kind, results in of.items()}
    return shares


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.text.negation', description=__doc__)
    parser.add_argument('--weights', default=PACKAGED, help='.onnx with its card beside it')
    parser.add_argument('--wrong', action='store_true', help='print the wrong ones of tuning, too')
    parser.add_argument('--json', action='store_true', help='print one JSON object only')
    args = parser.parse_args(argv)
    engine, sentences = make_text_engine(args.weights), load_sentences()
    if args.wrong:
        for s in sentences:
            if s.half == TUNING and not is_right(s.kind, classify_negated(engine, s.text)):
                print(f'{s.kind}\t{s.text}')
    natural = load_sentences(NATURAL)
    rights = [is_right(s.kind, classify_negated(engine, s.text)) for s in natural]
    result = {
        'n': len(sentences),
        'natural': {'n': len(natural), 'rule': sum(rights) / len(rights)},
        'model': measure(sentences, engine.classify),
        'rule': measure(sentences, lambda text: classify_negated(engine, text)),
    }
    print(as_json(result))


if __name__ == '__main__':
    run(main)
