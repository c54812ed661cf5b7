# SPDX-License-Identifier: MIT
"""Third-party models that are not packaged: source, licence, pinned hash and local path.

Nothing here uses the network; download.py does, and only when asked.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from emotion_ros.errors import ConfigError
from emotion_ros.perception.models.file import check_model_file, read_model_file

FOLDER_VARIABLE = 'EMOTION_ROS_MODELS'


@dataclass(frozen=True)
class ExternalFile:
    """One file of a third-party model: local name, URL, SHA-256 and size in bytes."""

    name: str
    url: str
    sha256: str
    size: int


@dataclass(frozen=True)
class ExternalModel:
    """The files of a third-party model and its licence.

    With a ``folder`` the files are kept in it; ``hub_name`` is the name on the Hugging Face hub.
    """

    files: tuple[ExternalFile, ...]
    licence: str
    folder: str = ''
    hub_name: str = ''

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def entry(self) -> str:
        """The name of the model in a folder of models: that of its folder or its only file."""
        return self.folder or self.files[0].name

    def paths(self, entry: Path) -> tuple[Path, ...]:
        """Return the files of the model whose entry is at this path."""
        return tuple(entry / file.name if self.folder else entry for file in self.files)


_ZOO = 'https://github.com/opencv/opencv_zoo/raw/f12e12798e8314f7c074a6656816c048dcc95b7a/models'
_CARDIFF = 'cardiffnlp/twitter-roberta-base-sentiment-latest'
_CARDIFF_REVISION = '3216a57f2a0d9c45a2e6c20157c20c49fb4bf9c7'


def _cardiff_file(name: str, size: int, digest: str) -> ExternalFile:
    url = f'https://huggingface.co/{_CARDIFF}/resolve/{_CARDIFF_REVISION}/{name}'
    return ExternalFile(name, url, digest, size)


EXTERNAL_MODELS = {
    'yunet': ExternalModel(
        files=(
            ExternalFile(
                name='face_detection_yunet_2023mar.onnx',
                url=f'{_ZOO}/face_detection_yunet/face_detection_yunet_2023mar.onnx',
                sha256='8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
                size=232_589,
            ),
        ),
        licence='MIT, Shiqi Yu',
    ),
    'roberta': ExternalModel(
        files=(
            _cardiff_file(
                'config.json',
                929,
                'd2fba19997da698157196ba16f5fcb30a97a7551cef6845a0f3d743ee19c6129',
            ),
            _cardiff_file(
                'vocab.json',
                898_822,
                '06b4d46c8e752d410213d9548eb27a54db70fda0319b6271fb8d59dead5e1cab',
            ),
            _cardiff_file(
                'merges.txt',
                456_318,
                '1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5',
            ),
            _cardiff_file(
                'special_tokens_map.json',
                239,
                '378eb3bf733eb16e65792d7e3fda5b8a4631387ca04d2015199c4d4f22ae554d',
            ),
            _cardiff_file(
                'pytorch_model.bin',
                501_045_531,
                '4d24a3e32a88ed1c4e5b789fc6644e2e767500554e954b27dccf52a8e762cbae',
            ),
        ),
        licence='CC BY 4.0, Cardiff NLP',
        folder='twitter-roberta-base-sentiment-latest',
        hub_name=_CARDIFF,
    ),
}


def external_model(name: str) -> ExternalModel:
    """Return the model of this name; ConfigError, with the known names, for another."""
    if name not in EXTERNAL_MODELS:
        raise ConfigError(f'{name!r} is not one of {", ".join(EXTERNAL_MODELS)}')
    return EXTERNAL_MODELS[name]


def registered_name(hub_name: str) -> str:
    """Return the name here of a model of the hub; empty when it is not registered."""
    names = [name for name, model in EXTERNAL_MODELS.items() if model.hub_name == hub_name]
    return names[0] if hub_name and names else ''


def model_folders() -> tuple[Path, ...]:
    """Return the folders that are searched; downloads go to the first."""
    cache = Path.home() / '.cache' / 'emotion_ros'
    chosen = os.environ.get(FOLDER_VARIABLE)
    return (Path(chosen).expanduser(), cache) if chosen else (cache,)


def find_model(name: str) -> Path | None:
    """Return the model's file or folder in the first folder that has all of it, not verified."""
    model = external_model(name)
    for folder in model_folders():
        entry = folder / model.entry
        if all(path.is_file() for path in model.paths(entry)):
            return entry
    return None


def read_model(name: str, path: Path) -> bytes:
    """Return the bytes of a one-file model at ``path``; ModelError unless its hash is right."""
    (file,) = external_model(name).files
    return read_model_file(path, file.sha256)


def verify_model(name: str, entry: Path) -> None:
    """Raise ModelError, naming the file, unless every file of the model has the pinned hash."""
    model = external_model(name)
    for file, path in zip(model.files, model.paths(entry), strict=True):
        check_model_file(path, file.sha256)
