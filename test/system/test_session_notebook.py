# SPDX-License-Identifier: MIT
"""The notebook in examples/ runs on the tables of a batch; git has none of its outputs.

Its code cells are executed one after the other in one namespace, without Jupyter.
"""

import json
from pathlib import Path

import pytest

from emotion_ros.bag.replay_config import ReplayOptions
from small_bags import make_evidence_bag, make_two_people_bag

NOTEBOOK = Path(__file__).parents[2] / 'examples' / 'session_analysis.ipynb'
CELLS = json.loads(NOTEBOOK.read_text(encoding='utf-8'))['cells']
CODE = [cell for cell in CELLS if cell['cell_type'] == 'code']


def test_no_cell_has_an_output() -> None:
    assert {(cell['execution_count'], len(cell['outputs'])) for cell in CODE} == {(None, 0)}


def test_the_cells_run_and_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    matplotlib = pytest.importorskip('matplotlib')
    pytest.importorskip('pandas')
    pytest.importorskip('pyarrow')
    from emotion_ros.sessions.bag_job import attempt_bag
    from emotion_ros.sessions.batch import Batch, BatchFiles

    monkeypatch.chdir(tmp_path)
    make_evidence_bag(Path('anna'))
    make_two_people_bag(Path('two'))
    bags = [Path('anna'), Path('two')]
    batch = Batch(bags, ReplayOptions(bags[0]), BatchFiles(Path('sessions.parquet')))
    for job in batch.pending():
        batch.add(attempt_bag(job))
    batch.write()
    matplotlib.use('agg')
    names: dict = {}
    for cell in CODE:
        exec(''.join(cell['source']), names)  # noqa: S102 - our own notebook
    lines = names['axes'][0, 0].get_lines()
    assert [line.get_label() for line in lines[:2]] == ['valence', 'arousal']
    assert len(names['times']) == 3
    assert names['times'].loc['two', 'face_2'].idxmax() == 'sad'
    for number in names['plt'].get_fignums():
        names['plt'].figure(number).savefig(f'figure_{number}.png')
    names['plt'].close('all')
