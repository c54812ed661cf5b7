# SPDX-License-Identifier: MIT
"""The figures in docs/models.md are those of the model cards."""

from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.card import load_card
from model_figures import DOCUMENT, MARK, TITLES, model_figures


def test_the_figures_in_the_docs_are_those_of_the_cards():
    assert DOCUMENT.read_text(encoding='utf-8').partition(MARK)[2] == model_figures()


def test_every_figure_is_there_and_the_card_has_its_command():
    page = model_figures()
    for name in TITLES:
        for metric in load_card(packaged_weights() / f'{name}.json').metrics:
            of_a_study = metric['command'].startswith('python -m studies.')
            assert of_a_study or metric['command'].startswith('python -m training.')
            assert of_a_study or f'{metric["value"]:.3f}' in page
