# SPDX-License-Identifier: MIT
"""The Dockerfile, never built by Docker: what can be tested without it."""

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / 'Dockerfile').read_text()
IGNORED = (ROOT / '.dockerignore').read_text().split()
INSTALL = (ROOT / 'docs' / 'install.md').read_text()
CMAKE = (ROOT / 'CMakeLists.txt').read_text()
KNOWN = ('FROM', 'SHELL', 'WORKDIR', 'COPY', 'RUN', 'USER', 'ENV')
KNOWN += ('STOPSIGNAL', 'ENTRYPOINT')


def instructions() -> list[tuple[str, str]]:
    """Return every instruction with its words, lines that go on joined, comments left out."""
    lines = [line for line in TEXT.splitlines() if line and not line.startswith('#')]
    joined = re.sub(r'\\\n', ' ', '\n'.join(lines))
    pairs = (line.partition(' ') for line in joined.splitlines())
    return [(word, ' '.join(rest.split())) for word, _, rest in pairs]


def all_of(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def copied() -> list[str]:
    return [source for rest in all_of('COPY') for source in rest.split()[:-1]]


def test_its_first_line_says_that_docker_never_built_it() -> None:
    assert TEXT.startswith('# Never built by Docker')


def test_every_instruction_is_one_that_docker_knows() -> None:
    names = [name for name, _ in instructions()]
    assert set(names) <= set(KNOWN)
    assert names[0] == 'FROM'
    assert all_of('FROM') == ['ros:jazzy-ros-base']


@pytest.mark.parametrize('source', copied())
def test_what_is_copied_is_there_and_reaches_docker(source: str) -> None:
    assert (ROOT / source).exists()
    assert IGNORED[0] == '*'
    assert f'!{source}' in IGNORED
    assert not any(fnmatch(source, pattern) for pattern in IGNORED[1:])


def test_everything_that_the_build_installs_is_copied() -> None:
    folders = re.findall(r'install\(DIRECTORY ([\w ]+) DESTINATION share', CMAKE)
    needed = {
        *' '.join(folders).split(),
        'emotion_ros',
        'msg',
        'srv',
        'action',
        'scripts',
        'package.xml',
    }
    assert needed <= set(copied())


@pytest.mark.timeout(600)  # a whole build, on a machine that may be busy
def test_colcon_builds_what_is_copied(tmp_path: Path) -> None:
    """Fails when the build needs a file that stays outside, such as the tests."""
    source = tmp_path / 'src' / 'emotion_ros'
    for name in copied():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copy(ROOT / name, target)
    [build] = [run for run in all_of('RUN') if 'colcon build' in run]
    # There is one package; the selection of packages is no part of our build requirements.
    arguments = build.partition('--packages-select emotion_ros')[2].split()
    wheels = Path(sys.prefix)
    environment = {
        **os.environ,
        'AMENT_PREFIX_PATH': str(wheels),
        'CMAKE_PREFIX_PATH': str(wheels),
    }
    done = subprocess.run(
        ['colcon', 'build', *arguments, f'-DPython3_EXECUTABLE={sys.executable}'],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert (tmp_path / 'install/emotion_ros/lib/emotion_ros/emotion-ros').is_file()


def test_it_follows_the_page_on_installation() -> None:
    """The same commands, with what a container needs besides."""
    runs = ' '.join(all_of('RUN'))
    assert 'colcon build --packages-select emotion_ros' in INSTALL
    assert 'colcon build --packages-select emotion_ros' in runs
    assert 'rosdep install --from-paths' in INSTALL
    assert 'rosdep install --from-paths' in runs
    [pip] = re.findall(r'^pip install ([\w -]+?) +#', INSTALL, re.MULTILINE)
    [ours] = re.findall(r'pip install [^&]*?((?: [\w<"]+)+)$', all_of('RUN')[1])
    assert set(pip.split()) <= set(ours.split())


def test_it_ends_as_a_user_in_the_launch_file() -> None:
    assert all_of('USER') == ['robot']
    shell, option, command, name = json.loads(all_of('ENTRYPOINT')[0])
    assert (shell, option, name) == ('/bin/bash', '-c', 'emotion_ros')
    assert command.endswith('exec ros2 launch emotion_ros emotion.launch.py "$@"')
    assert all_of('STOPSIGNAL') == ['SIGINT']  # at SIGTERM ros2 launch leaves its nodes alone
    assert (ROOT / 'launch' / 'emotion.launch.py').is_file()
