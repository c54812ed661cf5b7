# SPDX-License-Identifier: MIT
"""Runs where fer is installed: ``python ask_fer.py QUESTION.npz`` prints its answer as JSON.

``crops`` [N, 48, 48] are classified unchanged: the whole crop is given as the face's box, without
a margin. ``frames`` [M, H, W] grey and ``speed`` [K, H, W, 3] BGR go through all
of fer, with its defaults: Haar cascade, margin, TFLite model.
"""

import json
import sys
from importlib.metadata import version
from statistics import median
from time import process_time

import cv2
import numpy as np
from fer.fer import FER

WARM_UP = 5


def main() -> None:
    """Answer."""
    cv2.setNumThreads(2)
    question = np.load(sys.argv[1])
    whole, bare = FER(), FER(offsets=(0, 0))
    answer = {
        'version': version('fer'),
        'crops': [classify(bare, crop) for crop in question['crops']],
        'frames': [find(whole, cv2.cvtColor(f, cv2.COLOR_GRAY2BGR)) for f in question['frames']],
        'ms': median(time_ms(whole, frame) for frame in [*question['speed']] * 4),
    }
    print(json.dumps(answer))


def classify(fer: FER, crop: np.ndarray) -> str:
    """Return the likeliest emotion of a grey crop."""
    side = len(crop)
    found = fer.detect_emotions(cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR), [(0, 0, side, side)])
    return best(found[0])


def find(fer: FER, frame: np.ndarray) -> list:
    """Return box (left, top, width, height) and likeliest emotion of every face it finds."""
    return [[[int(x) for x in face['box']], best(face)] for face in fer.detect_emotions(frame)]


def best(face: dict) -> str:
    """Return the likeliest emotion."""
    return max(face['emotions'], key=face['emotions'].get)


def time_ms(fer: FER, frame: np.ndarray) -> float:
    """Return the processor time of a frame, of all threads."""
    began_s = process_time()
    fer.detect_emotions(frame)
    return 1e3 * (process_time() - began_s)


if __name__ == '__main__':
    main()
