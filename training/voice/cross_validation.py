# SPDX-License-Identifier: MIT
"""How good a head is elsewhere: on speakers and on corpora that it was not fitted on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.sessions import metrics
from training import calibrate
from training.run_log import progress
from training.voice.config import TrainConfig
from training.voice.heads import EmotionHeads, Examples, Floats, fit_emotions, join

Names = NDArray[np.integer] | NDArray[np.str_]
DRAWS = 1000
LEVEL = (0.025, 0.975)
UNKNOWN = -1e9
"""Logit of an emotion that does not occur in what the head was fitted on."""


def predict(heads: EmotionHeads, fitted_on: Examples, clips: Examples) -> NDArray[np.float64]:
    """Logits [V, N, 7] of clips and copies; only emotions of ``fitted_on`` can be predicted."""
    known = np.unique(fitted_on.labels)
    logits = np.full((len(clips.features), len(clips), len(EMOTIONS)), UNKNOWN)
    logits[:, :, known] = np.stack([heads.logits(view)[:, known] for view in clips.features])
    return logits


def held_out(
    train: Examples, clips: Examples, groups: Names, config: TrainConfig
) -> NDArray[np.float64]:
    """Logits [V, N, 7] of ``clips``, each by a head fitted on those of ``train`` of other groups.

    ``groups`` has that of each clip; the first of them are those of ``train``.
    """
    logits = np.empty((len(clips.features), len(clips), len(EMOTIONS)))
    for name in progress(np.unique(groups), 'held out'):
        others = train.take(groups[: len(train)] != name)
        mine = groups == name
        logits[:, mine] = predict(fit_emotions(others, config), others, clips.take(mine))
    return logits


def confusion(logits: Floats, of: Examples) -> NDArray[np.int64]:
    """Counts [7, 7], rows are true; emotions that the head does not know are left out."""
    known = logits[np.arange(len(of)), of.labels] > UNKNOWN
    return metrics.confusion(of.labels[known], logits[known].argmax(1), len(EMOTIONS))


def scores(logits: Floats, of: Examples) -> dict[str, dict[str, float]]:
    """UAR and number of clips of each corpus, and of all."""
    tables = {
        str(name): confusion(logits[of.corpora == name], of.take(of.corpora == name))
        for name in np.unique(of.corpora)
    }
    tables['all'] = confusion(logits, of)
    return {
        name: {'uar': metrics.macro_recall(table), 'n': int(table.sum())}
        for name, table in tables.items()
    }


def speaker_interval(logits: Floats, of: Examples) -> tuple[float, float]:
    """95 % interval of the UAR, speakers drawn anew: the clips of one are much alike."""
    names = of.speaker_names()
    tables = np.stack(
        [confusion(logits[names == n], of.take(names == n)) for n in np.unique(names)]
    )
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(len(tables), np.full(len(tables), 1 / len(tables)), DRAWS)
    recalls = [metrics.macro_recall(table) for table in np.tensordot(drawn, tables, 1)]
    low, high = np.nanquantile(recalls, LEVEL)
    return float(low), float(high)


def every_speaker(logits: Floats, of: Examples) -> dict[str, dict[str, float]]:
    """The scores with their intervals; each clip is predicted by a head without its speaker."""
    found = scores(logits, of)
    for name, row in found.items():
        mine = (of.corpora == name) | (name == 'all')
        row['uar_low'], row['uar_high'] = speaker_interval(logits[mine], of.take(mine))
    return found


def cross_validate(
    train: Examples, valid: Examples, heads: EmotionHeads, config: TrainConfig
) -> dict[str, Any]:
    """Figures, confusions and the temperature; ``heads`` and all others see ``train`` only.

    ``other_speakers`` and ``other_corpora`` are what options are chosen by: clips of ``train``.
    The temperature is that of both and of the noisiest copies: a robot meets new speakers, in a
    room of a new sound.
    ``left_out`` are all clips of each corpus, those of ``valid`` too, for the card, and
    ``every_speaker`` all clips: a corpus of few speakers has no other usable interval.
    """
    fold = calibrate.fold_of_groups(train.speaker_names(), config.folds)
    in_noise = train.with_views([0, -1])
    by_speaker = held_out(train, in_noise, fold, config)
    both = join(train, valid)
    unseen = predict(heads, train, valid)[0]
    by_corpus = held_out(train, both, both.corpora, config)[0]
    elsewhere = by_corpus[: len(train)]
    known = elsewhere[np.arange(len(train)), train.labels] > UNKNOWN
    return {
        'temperature': calibrate.fit_temperature(
            np.concatenate([*by_speaker, elsewhere[known]]),
            np.concatenate([*[train.labels] * 2, train.labels[known]]),
        ),
        'other_speakers': scores(by_speaker[0], train),
        'other_speakers_in_noise': scores(by_speaker[1], train),
        'other_corpora': scores(elsewhere, train),
        'every_speaker': every_speaker(np.concatenate([by_speaker[0], unseen]), both),
        'left_out': scores(by_corpus, both),
        'known': confusion(by_speaker[0], train).tolist(),
        'elsewhere': confusion(by_corpus, both).tolist(),
    }
