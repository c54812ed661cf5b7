# SPDX-License-Identifier: MIT
"""Where the package's own files are, in a checkout or an installed package."""

from pathlib import Path

from emotion_ros.errors import ConfigError

PACKAGED = 'packaged'
"""The value of a model parameter that stands for the weights of this package."""


def packaged_weights() -> Path:
    """Return the folder of the weights that come with the package."""
    return Path(__file__).parents[1] / 'weights'


def packaged_config(name: str) -> Path:
    """Return the path of a file in ``config/``; ConfigError when it is not installed."""
    return _packaged_file(f'config/{name}')


def message_folder() -> Path:
    """Return the folder with our .msg files; ConfigError when they are not installed."""
    return _packaged_file('msg/EmotionState.msg').parent


def package_version() -> str:
    """Return the version in package.xml; ConfigError when that is not installed."""
    from xml.etree import ElementTree  # 10 ms that every command would spend

    return ElementTree.parse(_packaged_file('package.xml')).getroot().findtext('version', '')


def _packaged_file(name: str) -> Path:
    folders = Path(__file__).resolve().parents
    for folder in (folders[2], *(prefix / 'share' / 'emotion_ros' for prefix in folders)):
        path = folder / name
        if path.is_file():
            return path
    raise ConfigError(f'{name} is not installed')
