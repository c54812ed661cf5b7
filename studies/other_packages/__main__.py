# SPDX-License-Identifier: MIT
"""Compare with other packages: ``python -m studies.other_packages``.

Installs the packages, each into a separate virtual environment (.venv-peer-*, 1.7 GB, most of
it TensorFlow), then measures.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from emotion_ros.errors import ConfigError, EmotionRosError
from studies.other_packages.comparison import Comparison
from studies.other_packages.faces import compare_faces, make_face_question
from studies.other_packages.package import Package
from studies.other_packages.texts import compare_texts, load_tweets

FER = Package('fer', 'ask_fer.py')
TEXT_PACKAGES = tuple(Package(name, 'ask_lexicon.py') for name in ('vader', 'textblob'))


def main() -> int:
    """Install, measure, print."""
    try:
        for package in (FER, *TEXT_PACKAGES):
            if not package.python.exists():
                print(f'installing {package.name} into {package.venv.name}', flush=True)
                package.install()
        comparison = compare()
    except EmotionRosError as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    console = Console(width=120)
    for table in comparison.tables():
        console.print(table)
    for note in comparison.notes:
        console.print(f'not measured: {note}', highlight=False, soft_wrap=True)
    return 0


def compare() -> Comparison:
    """Measure the pipeline and every package; what lacks its data gives a note and no rows."""
    faces, texts, notes = [], [], []
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            faces, missing = compare_faces(make_face_question(), FER, folder)
            notes += missing
        except ConfigError as error:
            notes.append(str(error))
        try:
            texts, missing = compare_texts(load_tweets(), TEXT_PACKAGES, folder)
            notes += missing
        except ConfigError as error:
            notes.append(str(error))
    return Comparison(faces, texts, notes)


if __name__ == '__main__':
    raise SystemExit(main())
