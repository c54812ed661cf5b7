# SPDX-License-Identifier: MIT
"""emotion-ros report: from real bags to a file that a browser shows."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from browser import chromium_page, console_errors, load, missing
from emotion_ros.bag.session_reader import DIAGNOSTICS, STATES
from emotion_ros.bag.types import STATE, STRING
from emotion_ros.bag.writer import BagWriter
from emotion_ros.cli.main import main
from emotion_ros.conversions.state_fields import state_to_fields
from golden import PARAMS, replay_bag
from make_bag import START_NS, Bags
from small_bags import SECOND, make_evidence_bag, make_speech_bag

EVIL = '<script>document.title = "evil"</script>'


def report(bag: Path, *options: str) -> str:
    """Return the report of a bag."""
    output = bag.parent / f'{bag.name}.html'
    assert main(['report', str(bag), '-o', str(output), *options]) == 0
    return output.read_text(encoding='utf-8')


@pytest.fixture
def evidence_bag(tmp_path: Path) -> Path:
    make_evidence_bag(tmp_path / 'bag')
    return tmp_path / 'bag'


@pytest.fixture
def recorded_bag(evidence_bag: Path, tmp_path: Path) -> Path:
    """Return what a robot records: states, the same for everybody, words, diagnostics."""
    path = tmp_path / 'recorded'
    with BagWriter(path) as writer:
        writer.write(START_NS, '/speech_to_text', STRING, {'data': EVIL})
        for moment in replay_bag(evidence_bag):
            states = [state_to_fields(state, 0.05) for state in moment.states]
            writer.write(moment.time_ns, '/emotion_state', STATE, states[0])
            writer.write(moment.time_ns, '/emotion_states', STATES, {'states': states})
        values = {
            'rejected.stale': '7',
            'received': '9',
            'rate_hz': '9.5',
            'model': 'face.onnx 1',
            'model_sha256': 'a' * 64,
        }
        pairs = [{'key': key, 'value': value} for key, value in values.items()]
        status = {'name': 'vision_node', 'level': 0, 'values': pairs}
        for second in (1, 2):
            writer.write(
                START_NS + second * SECOND, '/diagnostics', DIAGNOSTICS, {'status': [status]}
            )
        writer.write(START_NS + 3 * SECOND, '/emotion_state', STATE, {'status': 77})
    return path


@pytest.fixture
def recorded_states(tmp_path: Path) -> Callable[[list[str]], Path]:
    """Return a maker of bags as of ``ros2 bag record -a``: one state, and what others say."""

    def make(strings: list[str]) -> Path:
        path = tmp_path / 'all'
        values = [{'key': 'rejected.stale', 'value': '7'}]
        status = {'name': 'vision_node', 'values': values}
        with BagWriter(path) as writer:
            writer.write(START_NS, '/emotion_state', STATE, {'status': 3, 'emotion': 255})
            for topic in strings:
                writer.write(START_NS, topic, STRING, {'data': 'hello'})
            for topic in ('/diagnostics', '/diagnostics_agg'):
                writer.write(START_NS, topic, DIAGNOSTICS, {'status': [status]})
        return path

    return make


def test_reactions_to_what_the_robot_did_are_in_the_report_of_recorded_states(recorded_bag):
    html = report(recorded_bag, '--behaviour-topic', '/speech_to_text', '--reactions', '2')
    assert 'Reactions to behaviours' in html
    assert 'within 2 s of a behaviour' in html
    assert 'unknown: no baseline' in html  # it began with the recording
    assert '--behaviour-topic=/speech_to_text --reactions=2' in html
    assert 'Reactions to behaviours' not in report(recorded_bag)


def test_reactions_without_behaviours_are_a_line_on_stderr(recorded_bag, capsys):
    assert main(['report', str(recorded_bag), '--reactions', '2']) == 2
    assert '--reactions needs --rules FILE, --behaviour-topic TOPIC' in capsys.readouterr().err


def test_evidence_is_replayed(evidence_bag):
    html = report(evidence_bag)
    assert 'States computed by a replay' in html
    assert '2023-11-14 22:13:20.000 UTC' in html
    assert 'latency' not in html.split('<main>')[1]
    assert [row.split('"')[0] for row in html.split('id="r')[1:]] == ['0']
    assert re.search(r'fusion.json \d+, sha256 [0-9a-f]{12}<', html)
    assert '(text not recorded)' in html


def test_recorded_states_are_taken_as_they_are(recorded_bag):
    html = report(recorded_bag)
    assert 'States recorded on the robot' in html
    assert '50 ms' in html
    assert '<td>9 received</td><td>7 of 9 stale</td>' in html
    assert '<td class="long">face.onnx 1, sha256 aaaaaaaaaaaa</td>' in html
    assert '&lt;script&gt;document.title = &#34;evil&#34;&lt;/script&gt;' in html
    assert EVIL not in html


def test_states_of_one_person_only_will_do_and_a_broken_one_is_counted(tmp_path):
    path = tmp_path / 'bag'
    with BagWriter(path) as writer:
        for second, status in enumerate([0, 77, 2]):
            state = {'status': status, 'emotion': 3, 'label': 'happy', 'person_id': 'face_1'}
            writer.write(START_NS + second * SECOND, '/emotion_state', STATE, state)
    html = report(path)
    assert '<td class="source">/emotion_state</td><td>–</td><td>1 bad value</td>' in html
    assert '<dt>states</dt><dd>2, 1.0 Hz</dd>' in html


def test_an_option_of_the_replay_asks_for_one(evidence_bag, recorded_bag, tmp_path):
    with BagWriter(tmp_path / 'both') as writer:
        writer.write(START_NS, '/emotion_state', STATE, {'status': 3, 'emotion': 255})
        writer.write(START_NS, '/emotion/faces', 'emotion_ros/msg/FaceEmotionArray', {})
    assert 'States recorded on the robot' in report(tmp_path / 'both')
    assert 'States computed by a replay' in report(tmp_path / 'both', '--from', 'evidence')


@pytest.mark.usefixtures('weights')
def test_pictures_only_when_asked_for(bags: Bags):
    plain = report(bags(), '--params', str(PARAMS))
    with_pictures = report(bags(), '--params', str(PARAMS), '--frames')
    assert '<img' not in plain
    assert '“This is terrible!”' in plain
    assert plain.count('<figure id') == 0 < with_pictures.count('<figure id') <= 24
    assert 'conflict of face_1: happy' in with_pictures
    assert 'lost of' not in with_pictures


@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        ('--frames', '--frames: the bag has no images; it has /emotion/evidence'),
        ('--from images', 'has neither images'),
        ('-o /proc/nowhere/report.html', '/proc/nowhere/report.html: cannot be written'),
        ('--weight face=much', 'is not MODALITY=NUMBER'),
        ('--speech-topic /nose', 'no usable topic /nose'),
    ],
)
def test_what_cannot_be_is_one_line(evidence_bag, tmp_path, monkeypatch, capsys, options, reason):
    monkeypatch.chdir(tmp_path)
    assert main(['report', str(evidence_bag), *options.split()]) == 2
    error = capsys.readouterr().err
    assert error.startswith('emotion-ros: error: ')
    assert reason in error
    assert error.count('\n') == 1
    assert not (tmp_path / 'report.html').exists()


@pytest.mark.parametrize(
    ('bag', 'output'),
    [
        ('bag/bag.db3', 'bag/bag.db3'),
        ('bag/bag.db3', 'link.db3'),
        ('bag', 'bag'),
        ('bag', 'bag/metadata.yaml'),
        ('bag', 'bag/report.html'),
    ],
)
def test_the_bag_is_not_overwritten(evidence_bag, monkeypatch, capsys, bag, output):
    monkeypatch.chdir(evidence_bag.parent)
    next(evidence_bag.glob('*.db3')).rename('bag/bag.db3')
    Path('link.db3').symlink_to('bag/bag.db3')
    before = {path: path.read_bytes() for path in Path('bag').iterdir()}
    assert main(['report', bag, '-o', output]) == 2
    assert f'{output}: is the bag or lies in it' in capsys.readouterr().err
    assert {path: path.read_bytes() for path in Path('bag').iterdir()} == before


@pytest.mark.parametrize(
    ('output', 'options', 'reason'),
    [
        ('other/metadata.yaml', '', 'must end with .html, .htm'),
        ('other/other.db3', '--force', 'must end with .html, .htm'),
        ('notes.txt', '--force', 'must end with .html, .htm'),
        ('report', '', 'must end with .html, .htm'),
        ('other/report.html', '--force', 'lies in a recording'),
        ('other/pages/report.html', '--force', 'lies in a recording'),
        ('homepage.html', '', 'exists and is no report: choose another file, or --force'),
        ('link.html', '', 'exists and is no report'),
        ('pages.html', '--force', 'it exists and is not a file'),
    ],
)
def test_what_is_no_report_is_not_overwritten(
    evidence_bag, tmp_path, monkeypatch, capsys, output, options, reason
):
    monkeypatch.chdir(tmp_path)
    make_speech_bag(tmp_path / 'other', '/speech')
    Path('pages.html').mkdir()
    Path('homepage.html').write_text('<title>my bag, emotion_ros</title>')
    Path('notes.txt').write_text('notes')
    Path('link.html').symlink_to('notes.txt')
    before = {path: path.read_bytes() for path in tmp_path.rglob('*') if path.is_file()}
    assert main(['report', 'bag', '--output', output, *options.split()]) == 2
    error = capsys.readouterr().err
    assert (f'{output}: ' in error, reason in error, error.count('\n')) == (True, True, 1)
    assert {path: path.read_bytes() for path in tmp_path.rglob('*') if path.is_file()} == before


def test_a_report_is_replaced_and_with_force_any_page(evidence_bag, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(['report', 'bag']) == 0
    assert 'replaced' not in capsys.readouterr().err
    assert main(['report', 'bag']) == 0
    assert capsys.readouterr().err.endswith(' states, replaced\n')
    Path('page.HTM').write_text('mine')
    assert main(['report', 'bag', '-o', 'page.HTM', '--force']) == 0
    assert Path('page.HTM').read_text() == Path('report.html').read_text()


@pytest.mark.parametrize('name', ['nowhere', 'text.txt', 'broken.mcap', 'folder'])
def test_a_broken_bag_is_one_line_and_leaves_no_file(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'text.txt').write_text('hello')
    (tmp_path / 'broken.mcap').write_bytes(b'hello' * 100)
    (tmp_path / 'folder').mkdir()
    assert main(['report', name]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f'emotion-ros: error: {name}')
    assert error.count('\n') == 1
    assert not list(tmp_path.glob('*.html'))


@pytest.mark.parametrize(
    'topic', ['/speech_to_text', '/speech', '/r1/speech', '/r1/speech_to_text']
)
def test_a_bag_of_words_alone_is_a_report(tmp_path, topic):
    make_speech_bag(tmp_path / 'words', '/robot_description', topic)
    html = report(tmp_path / 'words')
    assert html.count('“hello”') == 1


def test_words_of_another_name_count_when_they_are_asked_for(tmp_path):
    make_speech_bag(tmp_path / 'words', '/asr/text')
    assert '“hello”' in report(tmp_path / 'words', '--speech-topic', 'asr/text')


@pytest.mark.parametrize(
    'strings', [[], ['/robot_description'], ['/robot_description', '/rosout_line']]
)
def test_everything_was_recorded_and_some_of_it_is_not_ours(recorded_states, strings):
    html = report(recorded_states(strings))
    assert '<td>–</td><td>7 stale</td>' in html
    assert 'hello' not in html


def test_states_that_a_replay_wrote_are_not_those_of_the_robot(evidence_bag, tmp_path, capsys):
    output = tmp_path / 'replayed'
    assert main(['replay', str(evidence_bag), '--weight', 'face=0.5', '-o', str(output)]) == 0
    html = report(output)
    assert 'States computed by a replay' in html
    assert 'fusion_node.face_weight: 0.5' in html


@pytest.mark.parametrize(
    ('custom_data', 'title'),
    [
        ('5', 'recorded states'),
        ('[1, 2]', 'recorded states'),
        ("{emotion_ros_replay: '[1'}", 'computed by a replay'),
        ('{emotion_ros_replay: 7}', 'computed by a replay'),
    ],
)
def test_damaged_custom_data_is_no_obstacle(recorded_bag, custom_data, title):
    path = recorded_bag / 'metadata.yaml'
    lines = path.read_text().splitlines()
    [number] = [i for i, line in enumerate(lines) if 'custom_data:' in line]
    lines[number] = f'  custom_data: {custom_data}'
    path.write_text('\n'.join(lines))
    assert f'<title>recorded, {title}, emotion_ros</title>' in report(recorded_bag)


def test_the_command_on_the_page_has_no_path(evidence_bag):
    html = report(evidence_bag, '--without', 'text', '--weight', 'face=0.5')
    assert '<code>emotion-ros report bag --without=text --weight=face=0.5</code>' in html
    assert str(evidence_bag.parent) not in html


@pytest.mark.skipif(missing() != '', reason=missing())
def test_a_browser_shows_it_offline_and_runs_nothing_foreign(recorded_bag):
    report(recorded_bag)
    with chromium_page() as page:
        errors = console_errors(page)
        load(page, recorded_bag.with_suffix('.html').as_uri(), 820, 1000, dark=True)
        assert page.evaluate('document.title') == 'recorded, recorded states, emotion_ros'
        assert page.evaluate('document.querySelectorAll(".timeline path.happy").length') == 2
        circle = 'document.querySelector(".circle").getBoundingClientRect().width'
        for width in (1280, 820, 561, 390):
            page.set_viewport_size({'width': width, 'height': 900})
            assert page.evaluate('document.documentElement.scrollWidth') <= width
            assert page.evaluate(circle) <= 240
        assert errors == []
