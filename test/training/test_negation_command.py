# SPDX-License-Identifier: MIT
"""Negated feelings: the rule reads the sentences that it was not tuned on."""

import json

from training.text.negation import KINDS, VALIDATION, load_sentences, main


def test_there_are_two_hundred_different_sentences_in_two_halves() -> None:
    sentences = load_sentences()
    assert len({s.text for s in sentences}) == len(sentences) == 200
    assert sum(s.half == VALIDATION for s in sentences) == 100
    assert {s.kind for s in sentences} == set(KINDS)


def test_the_rule_reads_negations_right_that_the_model_reads_wrong(capsys) -> None:
    """Turns red when classify_negated returns what the engine says."""
    main(['--json'])
    result = json.loads(capsys.readouterr().out)
    model, rule = result['model'][VALIDATION], result['rule'][VALIDATION]
    assert model['all'] < 0.6
    assert rule['all'] >= 0.95
    assert result['natural']['n'] == 120
    assert result['natural']['rule'] >= 0.9
    assert rule['neg'] >= model['neg'] - 0.03
