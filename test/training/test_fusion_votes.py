# SPDX-License-Identifier: MIT
"""Crowd votes: the fit finds what made them, figures are right, bad files are one line."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emotion_ros.core.fusion.opinion_pool import pool
from emotion_ros.errors import ConfigError
from training.calibrate import fold_of_groups
from training.fusion import evaluate, fit
from training.fusion.methods import METHODS, core_pool, fast_pool
from training.fusion.pairs import pool_rows
from training.fusion.votes import MODES, VOTED, Votes, load_votes

KEYS = {'agreement', 'nll', 'kl', 'ece'}
TRUE = {
    'smoothing': 0.5,
    'weights': {'voice': 0.5, 'face': 1.2},
    'prior': [0.1, 0.1, 0.1, 0.1, 0.4, 0.2],
}
CLIPS, ACTORS = 900, 15
MANY_RATERS = 1000


def made_votes(seed: int = 0) -> Votes:
    """Votes whose audiovisual shares are the pool with TRUE of the two others."""
    rng = np.random.default_rng(seed)
    voice = rng.multinomial(9, rng.dirichlet(np.full(6, 0.7), CLIPS)).astype(float)
    face = rng.multinomial(9, rng.dirichlet(np.full(6, 0.5), CLIPS)).astype(float)
    actor = np.arange(CLIPS) % ACTORS
    draft = Votes(voice, face, face, np.zeros(CLIPS, np.int64), actor)
    both = fast_pool(draft, TRUE)
    seen = rng.multinomial(MANY_RATERS, both).astype(float)
    intended = (both.cumsum(axis=1) > rng.random((CLIPS, 1))).argmax(axis=1)
    return Votes(voice, face, seen, intended, actor)


def as_table(votes: Votes) -> pd.DataFrame:
    parts = []
    for mode in MODES:
        part = pd.DataFrame(getattr(votes, mode), columns=VOTED)
        part.insert(0, 'clip', [f'clip{i}' for i in range(len(votes))])
        part['actor'], part['mode'] = votes.actor, mode
        part['intended'] = [VOTED[i] for i in votes.intended]
        parts.append(part)
    return pd.concat(parts)


@pytest.fixture(scope='module')
def votes() -> Votes:
    return made_votes()


def test_the_fit_recovers_the_pool_that_made_the_votes(votes: Votes) -> None:
    found = fit.fit(METHODS['pool'], votes)
    assert found['smoothing'] == pytest.approx(TRUE['smoothing'], rel=0.1)
    assert found['weights'] == pytest.approx(TRUE['weights'], rel=0.05)
    assert found['prior'] == pytest.approx(TRUE['prior'], abs=0.02)


def test_the_pool_beats_the_rest_on_actors_it_has_not_seen(votes: Votes) -> None:
    rows = {n: evaluate.figures(fit.cross_fitted(m, votes, 3), votes) for n, m in METHODS.items()}
    ours = rows.pop('pool')
    assert all(ours['kl'] < other['kl'] for other in rows.values())
    assert all(ours['nll'] < other['nll'] for other in rows.values())
    assert all(ours['agreement'] > other['agreement'] for other in rows.values())


def test_the_fast_pool_is_the_core_s(votes: Votes) -> None:
    np.testing.assert_allclose(fast_pool(votes, TRUE), core_pool(votes, TRUE), atol=1e-12)


def test_pool_rows_is_the_core_s_pool_with_weights_of_their_own() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.dirichlet(np.full(7, 0.1), 50), rng.dirichlet(np.ones(7), 50)
    weight, prior = rng.random(50), rng.dirichlet(np.ones(7))
    rows = pool_rows((a, b), (weight, 0.6), prior, 0.8)
    ours = [pool((x, y), (w, 0.6), prior, 0.8) for x, y, w in zip(a, b, weight, strict=True)]
    np.testing.assert_allclose(rows, ours, atol=1e-12)


def test_figures_by_hand() -> None:
    """One clip is right, one ties for the first place (right), one is wrong."""
    counts = np.array([[2, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [0, 0, 4, 0, 0, 0]], float)
    said = np.full((3, 6), 0.1)
    said[:, 0] = 0.5
    votes = Votes(counts, counts, counts, np.array([0, 0, 2]), np.arange(3))
    figures = evaluate.figures(said, votes)
    assert figures['agreement'] == pytest.approx(2 / 3)
    assert figures['nll'] == pytest.approx((2 * np.log(2) + np.log(10)) / 3)
    tie = 0.5 * np.log(0.5 / 0.5) + 0.5 * np.log(0.5 / 0.1)
    assert figures['kl'] == pytest.approx((np.log(2) + tie + np.log(10)) / 3)
    assert figures['ece'] == pytest.approx(2 / 3 - 0.5)


def test_maximum_takes_the_surer_one() -> None:
    voice, face = np.eye(6)[[0, 0]] * 9, np.array([[0, 9, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]], float)
    both = METHODS['max'].fuse(
        Votes(voice, face, face, np.zeros(2, int), np.arange(2)), {'smoothing': 1.0}
    )
    assert both.argmax(axis=1).tolist() == [1, 0], 'the face when they are equally sure'


def test_fit_and_evaluate_commands(
    votes: Votes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, params = tmp_path / 'votes.parquet', tmp_path / 'deep' / 'pool.json'
    as_table(votes).to_parquet(data)
    fit.main(['--data', str(data), '--out', str(params)])
    fitted = json.loads(capsys.readouterr().out)
    assert fitted == json.loads(params.read_text())
    evaluate.main(['--data', str(data), '--params', str(params), '--json'])
    out = capsys.readouterr().out
    assert out.count('\n') == 1
    result = json.loads(out)
    assert set(result) == {'n', 'methods'}
    assert list(result['methods']) == ['voice', 'face', 'linear', 'product', 'max', 'pool']
    assert all(set(of) == KEYS for of in result['methods'].values())
    assert result['n'] == CLIPS
    for name, of in fitted['cross_fitted'].items():
        assert of['kl'] >= result['methods'][name]['kl'] - 1e-4, 'seen actors are easier'


def without(column: str) -> pd.DataFrame:
    return as_table(made_votes().take(np.arange(CLIPS) < 5)).drop(columns=column)


def with_value(column: str, value: object) -> pd.DataFrame:
    table = as_table(made_votes().take(np.arange(CLIPS) < 5)).astype({column: object})
    table.iloc[0, table.columns.get_loc(column)] = value
    return table.infer_objects()


def only(mode: str) -> pd.DataFrame:
    table = as_table(made_votes().take(np.arange(CLIPS) < 5))
    return table[table['mode'] == mode]


def twice() -> pd.DataFrame:
    return pd.concat([only('face'), only('face')])


@pytest.mark.parametrize(
    ('table', 'complaint'),
    [
        (pd.DataFrame(), 'no column'),
        (without('happy'), 'happy'),
        (only('face'), 'no clip'),
        (twice(), 'two rows'),
        (with_value('happy', -1.0), 'counts >= 0'),
        (with_value('happy', float('nan')), 'counts >= 0'),
        (with_value('actor', 'Ann'), 'numbers'),
    ],
)
def test_a_bad_table_is_one_line(table: pd.DataFrame, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / 'votes.parquet'
    (table.astype({'actor': str}) if complaint == 'numbers' else table).to_parquet(path)
    with pytest.raises(ConfigError, match=complaint) as error:
        load_votes(path)
    assert '\n' not in str(error.value)
    assert str(path) in str(error.value)


def test_no_parquet_at_all_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / 'votes.parquet'
    path.write_text('clip,actor')
    with pytest.raises(ConfigError, match='parquet') as error:
        load_votes(path)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    'content',
    ['', '[]', '{}', '{"methods": {"voice": {"smoothing": -1}}}', '{"methods": {"voice": 1}}'],
)
def test_bad_parameters_are_one_line(content: str, tmp_path: Path) -> None:
    path = tmp_path / 'pool.json'
    path.write_text(content)
    with pytest.raises(ConfigError, match=r'pool\.json') as error:
        evaluate.load_parameters(path)
    assert '\n' not in str(error.value)


def test_folds_keep_groups_together() -> None:
    group = np.array([3, 3, 9, 9, 9, 4, 4, 1])
    fold = fold_of_groups(group, 2)
    assert all(len(set(fold[group == g])) == 1 for g in group)
    assert np.bincount(fold_of_groups(np.arange(10), 5)).tolist() == [2] * 5


def test_committed_parameters_on_the_real_votes(data_folder: Path) -> None:
    """The pool is best by likelihood and agreement, and better than the figures to beat."""
    votes = load_votes(data_folder / 'cremad_votes_even_actors.parquet')
    committed = Path(fit.__file__).parent / 'cremad_pool.json'
    rows = evaluate.evaluate(votes, evaluate.load_parameters(committed))['methods']
    cross_fitted = json.loads(committed.read_text())['cross_fitted']
    for of in (rows, cross_fitted):
        ours = of['pool']
        assert ours['agreement'] >= 0.811
        assert ours['nll'] <= 0.933
        assert ours['kl'] <= 0.368
        assert ours['kl'] == min(other['kl'] for other in of.values())
        assert ours['nll'] == min(other['nll'] for other in of.values())
        assert ours['agreement'] == max(other['agreement'] for other in of.values())


def test_what_the_voice_adds_is_found_where_it_adds_and_nothing_where_it_does_not(
    votes: Votes,
) -> None:
    gain = fit.voice_gain(votes, folds=3)
    for mean, low, high in gain.values():
        assert 0 < low < mean < high
    rng = np.random.default_rng(0)
    deaf = Votes(
        votes.voice,
        votes.face,
        rng.multinomial(99, votes.face / votes.face.sum(1)[:, None]),
        votes.intended,
        votes.actor,
    )
    low, high = fit.voice_gain(deaf, folds=3)['agreement'][1:]
    assert low <= 0.005 and high >= -0.005
