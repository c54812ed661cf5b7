# SPDX-License-Identifier: MIT
"""One command: what is wrong is one line and code 2, and no command needs what another needs."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from emotion_ros.cli.main import COMMANDS, INSTALL_HINTS, main, make_parser
from emotion_ros.errors import import_problem

ROOT = Path(__file__).parents[3]

# Runs the command while one module cannot be found.
WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Absent())
from emotion_ros.cli.main import main
raise SystemExit(main(sys.argv[2:]))
"""


def run_without(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, '-c', WITHOUT, module, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ('arguments', 'error'),
    [
        ([], 'the following arguments are required: COMMAND'),
        (['dance'], "invalid choice: 'dance' (choose from"),
        (['rplay'], "'rplay', did you mean replay? (see emotion-ros --help)"),
        (['modles', 'fetch'], "'modles', did you mean models?"),
        (['models', 'ftech'], "'ftech', did you mean fetch?"),
        (['replay', 'bag', '--from', 'image'], "'image', did you mean images?"),
        (['demo', '--dance'], 'arguments: --dance (see emotion-ros demo --help)'),
        (['models'], 'the following arguments are required: ACTION'),
        (['demo', '--domain', 'x'], "'x' is not within 0 to 232"),
        (['demo', '--domain', '233'], "'233' is not within 0 to 232"),
        (['demo', '--port', '0'], "'0' is not within 1 to 65535"),
        (['demo', '--storyboard', '/absent/story.yaml'], '/absent/story.yaml: cannot be read'),
        (['demo', '--params', '/absent/params.yaml'], '/absent/params.yaml: there is no such'),
        (['models', 'fetch', 'dance'], "invalid choice: 'dance'"),
    ],
)
def test_misuse_is_one_line_and_code_2(arguments, error, capfd):
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = ended.code
    out, err = capfd.readouterr()
    assert code == 2
    assert error in err
    assert err.startswith('emotion-ros')
    assert (out, err.count('\n')) == ('', 1)


@pytest.mark.parametrize('command', ['replay', 'report', 'explain --at 0', 'analyze'])
def test_a_name_that_is_too_long_is_one_line(command, capsys):
    name, *options = command.split()
    assert main([name, *options, 'x' * 300]) == 2
    error = capsys.readouterr().err
    assert 'File name too long' in error
    assert error.count('\n') == 1


def test_a_full_disk_under_the_output_is_one_line():
    with open('/dev/full', 'w') as full:
        done = subprocess.run(
            [sys.executable, '-m', 'emotion_ros.cli.main', 'messages'],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert done.returncode == 2
    assert done.stderr == 'emotion-ros: error: No space left on device\n'


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        main(['--help'])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize('command', COMMANDS)
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, '--help'])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert f'usage: emotion-ros {command}' in out
    assert f'Example: emotion-ros {command}' in out


@pytest.mark.parametrize('command', COMMANDS)
def test_the_example_of_every_command_is_valid(command):
    words = COMMANDS[command].example.split()
    assert make_parser(words[:1]).parse_args(words).command == command


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as ended:
        main(['--version'])
    assert ended.value.code == 0
    version = ElementTree.parse(ROOT / 'package.xml').getroot().findtext('version')
    assert capsys.readouterr().out == f'emotion-ros {version}\n'


@pytest.mark.parametrize('module', ['rclpy', 'emotion_ros.msg'])
def test_without_ros_the_demo_says_what_to_do(module):
    done = run_without(module, 'demo', '--headless')
    assert done.returncode == 2
    assert INSTALL_HINTS[module] in done.stderr
    assert done.stderr.count('\n') == 1


def test_an_installation_older_than_its_source_is_to_be_built_again():
    missing = ModuleNotFoundError("No module named 'emotion_ros.new'", name='emotion_ros.new')
    assert import_problem(missing).startswith(f'{missing}: build again')
    assert import_problem(ModuleNotFoundError("No module named 'x'", name='x')).endswith("'x'")


@pytest.mark.parametrize('program', ['emotion_ros.cli.main', 'emotion_ros.nodes.start'])
def test_an_opencv_that_was_built_for_another_numpy_is_named(tmp_path, program):
    """Source: ros-perception/vision_opencv 535."""
    (tmp_path / 'cv2.py').write_text("raise ImportError('numpy.core.multiarray failed to import')")
    arguments = ['analyze', 'a.jpg'] if program.endswith('main') else []
    start = "from emotion_ros.nodes.start import start; start('emotion_ros.nodes.vision_node')"
    how = ['-m', program, *arguments] if arguments else ['-c', start]
    done = subprocess.run(
        [sys.executable, *how],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {'PYTHONPATH': f'{tmp_path}:{ROOT}:{os.environ["PYTHONPATH"]}'},
    )
    assert "pip install 'numpy<2'" in done.stderr
    assert done.stderr.count('\n') == 1


@pytest.mark.parametrize(
    ('module', 'command'),
    [
        ('rclpy', 'models'),
        ('rosbags', 'analyze'),
        ('rosbags', 'demo'),
        ('rosbags', 'doctor'),
        ('jinja2', 'replay'),
    ],
)
def test_no_command_needs_what_another_needs(module, command):
    done = run_without(module, command, '--help')
    assert (done.returncode, done.stderr) == (0, '')


@pytest.mark.parametrize(
    ('line', 'completions'),
    [
        ('emotion-ros rep', {'replay', 'report'}),
        ('emotion-ros replay --from ', {'images', 'evidence'}),
        ('emotion-ros replay --wi', {'--without'}),
    ],
)
def test_the_shell_completes_commands_options_and_choices(line, completions, tmp_path):
    answer = tmp_path / 'completions'
    subprocess.run(
        [sys.executable, '-m', 'emotion_ros'],
        env={
            **os.environ,
            '_ARGCOMPLETE': '1',
            '_ARGCOMPLETE_STDOUT_FILENAME': str(answer),
            'COMP_LINE': line,
            'COMP_POINT': str(len(line)),
        },
        check=True,
        timeout=60,
    )
    assert {word.strip() for word in answer.read_text().split('\013')} == completions


def test_the_help_of_batch_needs_no_pyarrow():
    shown = run_without('pyarrow', 'batch', '--help')
    assert (shown.returncode, shown.stderr) == (0, '')
