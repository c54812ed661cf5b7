# SPDX-License-Identifier: MIT
"""Features of the frozen encoder, kept in files: a run that was interrupted goes on from there."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples
from training.run_log import progress
from training.voice.augment import Augmentation, augment
from training.voice.config import TrainConfig
from training.voice.network import VoiceNetwork, spectrogram
from training.voice.noise import NOT_SPEECH

Floats = NDArray[np.floating]
SETTINGS = 'settings.json'


@dataclass(frozen=True)
class FeatureFiles:
    """Arrays [N, F] in a folder, each computed once; ConfigError for one of other settings."""

    folder: Path
    network: VoiceNetwork

    @classmethod
    def open(cls, folder: Path, network: VoiceNetwork, settings: dict[str, Any]) -> 'FeatureFiles':
        """Use or make ``folder``; what is in it must have been made with ``settings``."""
        path = folder / SETTINGS
        folder.mkdir(parents=True, exist_ok=True)
        content = json.dumps(settings, indent=2, sort_keys=True) + '\n'
        if path.exists() and path.read_text() != content:
            raise ConfigError(f'{folder}: features of other settings; give another --features')
        path.write_text(content)
        return cls(folder, network)

    def get(self, name: str, sounds: Callable[[], Iterable[Samples]]) -> Floats:
        """The features of each sound by itself: nothing is padded."""
        path = self.folder / f'{name}.npy'
        if not path.exists():
            with torch.inference_mode():
                rows = [
                    self.network.features(spectrogram(sound)) for sound in progress(sounds(), name)
                ]
            part = path.with_suffix('.part')
            with part.open('wb') as file:
                np.save(file, torch.cat(rows).numpy())
            os.replace(part, path)
        return np.asarray(np.load(path))


def augmented(
    clips: list[Samples], config: Augmentation, seed: int, copy: int
) -> Iterator[Samples]:
    """Yield a random version of each clip; copy 0 yields the clips themselves."""
    rng = np.random.default_rng([seed, copy])
    for clip in clips:
        yield augment(clip, clips, config, rng) if copy else clip


def made_sounds(config: TrainConfig) -> Iterator[Samples]:
    """Yield synthetic sounds of 0.5 to 4 s that are not speech, all kinds in turn."""
    rng = np.random.default_rng([config.seed, 1000])
    kinds = list(NOT_SPEECH.values())
    for i in range(config.sounds):
        yield kinds[i % len(kinds)](int(rng.uniform(0.5, 4) * SAMPLE_RATE), rng)
