# SPDX-License-Identifier: MIT
"""Prints the figures of the code's structure, so that two versions can be compared.

    python docs/tools/structure.py [--json]

Everything is counted over the files that git tracks.

- **Modules per folder**: ``*.py`` directly in a folder of emotion_ros, training, benchmarks and
  studies, without ``__init__.py``; the ten largest.
- **Functions** of emotion_ros: every ``def``, methods and nested ones included. Its length is
  from the ``def`` line (decorators left out) to the last line, in lines.
- **Private**: the name begins with ``_`` and not with ``__``. **Mentioned once**: its name occurs
  exactly once as a name or attribute in emotion_ros; a share of all functions.
- **Strictly typed**: share of the lines of emotion_ros below mypy's ``files`` in pyproject.toml
  when ``strict = true`` stands there.
- **Lines** as ``wc -l`` counts them, of ``*.py``; **words** as ``wc -w`` does, of ``*.md`` and
  ``*.rst``.
- **Traces**: one step of the program under ``sys.setprofile``; only frames whose code lies in
  emotion_ros count. **Calls** and **functions** leave out lambdas, comprehensions and generator
  expressions (their code is part of the function around them). **Files** have at least one of
  the calls. **Moves**: how often the file changes from one call to the next, these inner frames
  included, returns not. **Depth**: the most frames of ours at the same time, inner ones included.
  From Python 3.12 on, comprehensions have no frame: compare figures of one version.
"""

import argparse
import ast
import json
import platform
import re
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = 'emotion_ros'
CODE = (PACKAGE, 'training', 'benchmarks', 'studies')
OTHER_AREAS = ('training', 'studies', 'benchmarks', 'docs/tools', 'test')
LARGEST = 10
DETECTOR = 'haar'  # `auto` differs by machine; this one is part of OpenCV
START_S = 1000.0
PERIOD_S = 0.16  # between two evaluations: four steps of the temporal filter

Figures = dict[str, Any]


def tracked(root: Path, *suffixes: str) -> list[Path]:
    """Return the files that git tracks and that exist, relative to ``root``, by suffix."""
    listed = subprocess.check_output(['git', 'ls-files', '-z'], cwd=root, text=True)
    paths = [Path(name) for name in listed.split('\0') if name]
    return [path for path in paths if path.suffix in suffixes and (root / path).exists()]


def count_lines(root: Path, files: Sequence[Path]) -> int:
    """Return the lines of all files together."""
    return sum((root / path).read_bytes().count(b'\n') for path in files)


def below(files: Sequence[Path], *folders: str) -> list[Path]:
    """Return the files that are, or lie anywhere below, one of the paths."""
    wanted = [Path(folder) for folder in folders]
    return [f for f in files if any(w == f or w in f.parents for w in wanted)]


def modules_per_folder(files: Sequence[Path]) -> dict[str, int]:
    """Return the folders with the most modules, largest first."""
    modules = [path for path in below(files, *CODE) if path.name != '__init__.py']
    return dict(Counter(path.parent.as_posix() for path in modules).most_common(LARGEST))


def function_figures(root: Path, files: Sequence[Path]) -> Figures:
    """Return number, length and privacy of the functions in these files."""
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
    mentions: Counter[str] = Counter()
    for path in files:
        for node in ast.walk(ast.parse((root / path).read_text(encoding='utf-8'))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.append(node)
            elif isinstance(node, ast.Name):
                mentions[node.id] += 1
            elif isinstance(node, ast.Attribute):
                mentions[node.attr] += 1
    lengths = sorted((f.end_lineno or f.lineno) - f.lineno + 1 for f in functions)
    private = [f.name for f in functions if f.name[0] == '_' and not f.name.startswith('__')]
    return {
        'count': len(functions),
        'median_lines': statistics.median(lengths),
        'p90_lines': lengths[int(0.9 * len(lengths))],
        'max_lines': lengths[-1],
        'private_share': len(private) / len(functions),
        'private_mentioned_once_share': sum(mentions[n] == 1 for n in private) / len(functions),
    }


def strictly_typed_share(root: Path, files: Sequence[Path]) -> float:
    """Return the share of the lines of ``files`` that mypy checks strictly."""
    text = (root / 'pyproject.toml').read_text(encoding='utf-8')
    section = re.search(r'^\[tool\.mypy\]$(.*?)(?=^\[|\Z)', text, re.MULTILINE | re.DOTALL)
    checked = section and re.search(r'^files = (\[.*?\])', section[1], re.MULTILINE | re.DOTALL)
    if not (section and checked and re.search(r'^strict = true$', section[1], re.MULTILINE)):
        return 0.0
    strict = below(files, *ast.literal_eval(checked[1]))
    return count_lines(root, strict) / count_lines(root, files)


def lines_per_area(root: Path, files: Sequence[Path]) -> dict[str, int]:
    """Return the lines of each room of the package and of the areas around it."""
    product = below(files, PACKAGE)
    rooms = sorted({path.parts[1] for path in product if len(path.parts) > 2})
    lines = {f'{PACKAGE}/{room}': below(files, f'{PACKAGE}/{room}') for room in rooms}
    lines[f'{PACKAGE}/*.py'] = [path for path in product if len(path.parts) == 2]
    lines |= {area: below(files, area) for area in OTHER_AREAS}
    return {area: count_lines(root, paths) for area, paths in lines.items()}


def static_figures(root: Path) -> Figures:
    """Return every figure that needs only the text of the files below ``root``."""
    files = tracked(root, '.py')
    product = below(files, PACKAGE)
    pages = tracked(root, '.md', '.rst')
    return {
        'modules_per_folder': modules_per_folder(files),
        'functions': function_figures(root, product),
        'strictly_typed_share': strictly_typed_share(root, product),
        'product_lines': count_lines(root, product),
        'lines': lines_per_area(root, files),
        'doc_words': sum(len((root / page).read_bytes().split()) for page in pages),
    }


def trace(step: Callable[[], object], folder: Path) -> dict[str, int]:
    """Run ``step`` and return the figures of its calls into the code below ``folder``."""
    prefix = f'{folder}/'
    calls: list[tuple[str, int, str]] = []
    depth = deepest = 0

    def note(frame: FrameType, event: str, _: object) -> None:
        nonlocal depth, deepest
        code = frame.f_code
        if not code.co_filename.startswith(prefix):
            return
        if event == 'call':
            calls.append((code.co_filename, code.co_firstlineno, code.co_name))
            depth += 1
            deepest = max(deepest, depth)
        elif event == 'return':
            depth -= 1

    sys.setprofile(note)
    try:
        step()
    finally:
        sys.setprofile(None)
    named = [call for call in calls if not call[2].startswith('<')]
    return {
        'calls': len(named),
        'functions': len(set(named)),
        'files': len({file for file, _, _ in calls}),
        'moves': sum(a[0] != b[0] for a, b in pairwise(calls)),
        'depth': deepest,
    }


def fusion_evaluation() -> Callable[[], object]:
    """Return the second evaluation of the states with one face and one utterance."""
    from emotion_ros.core.fusion.card import load_fusion_card
    from emotion_ros.core.fusion.config import FusionConfig
    from emotion_ros.core.fusion.fusion import Fusion
    from emotion_ros.core.observations import FaceObservation, FacesObservation, TextObservation
    from emotion_ros.files.resources import packaged_weights

    happy = (0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02)
    face = FaceObservation(1, (0.4, 0.4, 0.6, 0.6), 0.9, 0.9, happy)
    fusion = Fusion(FusionConfig(), load_fusion_card(packaged_weights() / 'fusion.json'))
    fusion.add_faces(FacesObservation(START_S, faces=(face,)), START_S)
    fusion.add_text(TextObservation(START_S, sentiment=(0.1, 0.2, 0.7), emotion=happy), START_S)
    fusion.states(START_S)
    return lambda: fusion.states(START_S + PERIOD_S)


def camera_frame() -> Callable[[], object]:
    """Return the second frame with the face of config/demo, searched, not followed."""
    from emotion_ros.perception.face.config import VisionConfig
    from emotion_ros.perception.face.pipeline import make_face_pipeline
    from emotion_ros.perception.image.compressed import decode_compressed

    image_bgr = decode_compressed((ROOT / 'config' / 'demo' / 'astronaut.jpg').read_bytes())
    pipeline = make_face_pipeline(VisionConfig(face_detector=DETECTOR, detect_every=1))
    pipeline.process(image_bgr, START_S)
    return lambda: pipeline.process(image_bgr, START_S + PERIOD_S)


def utterance() -> Callable[[], object]:
    """Return the second utterance of the text pipeline."""
    from emotion_ros.core.speech.utterance import Utterance
    from emotion_ros.perception.text.config import SentimentConfig
    from emotion_ros.perception.text.pipeline import make_text_pipeline

    pipeline = make_text_pipeline(SentimentConfig())
    pipeline.process(Utterance.from_text('This is terrible!'), START_S)
    second = Utterance.from_text('I am so happy today!')
    return lambda: pipeline.process(second, START_S + PERIOD_S)


def traces() -> dict[str, dict[str, int]]:
    """Return the figures of one evaluation, one frame and one utterance of this checkout."""
    folder = ROOT / PACKAGE
    return {
        'one fusion evaluation': trace(fusion_evaluation(), folder),
        'one camera frame': trace(camera_frame(), folder),
        'one utterance': trace(utterance(), folder),
    }


def as_table(figures: Figures, indent: str = '') -> str:
    """Return the figures as aligned lines, shares in percent, groups indented."""
    rows = []
    for name, value in figures.items():
        if isinstance(value, dict):
            rows += [f'{indent}{name}', as_table(value, f'{indent}  ')]
        else:
            shown = f'{value:.0%}' if name.endswith('share') else f'{value:,}'
            rows.append(f'{indent + name:<44}{shown:>10}')
    return '\n'.join(rows)


def main() -> None:
    """Print the figures of this checkout."""
    parser = argparse.ArgumentParser(description='Print the figures of the code structure.')
    parser.add_argument('--json', action='store_true', help='as JSON instead of a table')
    as_json = parser.parse_args().json
    sys.path.insert(0, str(ROOT))
    figures = {**static_figures(ROOT), 'traces': traces()}
    if as_json:
        print(json.dumps({'python': platform.python_version(), **figures}, indent=2))
    else:
        print(as_table(figures))


if __name__ == '__main__':
    main()
