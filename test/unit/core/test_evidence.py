# SPDX-License-Identifier: MIT
"""Which evidence may enter the pool."""

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Evidence, Rejection, check_evidence
from examples import sure

NOW = 100.0
NAN = float('nan')


@pytest.mark.parametrize(
    ('changes', 'rejection'),
    [
        ({}, ''),
        ({'probabilities': ()}, 'invalid'),
        ({'probabilities': (1.0,)}, 'invalid'),
        ({'probabilities': (NAN,) * 7}, 'invalid'),
        ({'probabilities': (0.5,) * 7}, 'invalid'),
        ({'probabilities': (-0.1, 1.1, 0, 0, 0, 0, 0)}, 'invalid'),
        ({'probabilities': (0.0005, 1.0, 0, 0, 0, 0, 0)}, ''),
        ({'quality': NAN}, 'invalid'),
        ({'quality': 1.5}, 'invalid'),
        ({'quality': 0.0}, 'low_quality'),
        ({'stamp_s': NAN}, 'invalid'),
        ({'stamp_s': NOW + 0.4}, ''),
        ({'stamp_s': NOW + 0.6}, 'future'),
        ({'rejection': Rejection.UNSUPPORTED_LANGUAGE}, 'unsupported_language'),
    ],
)
def test_bad_evidence_has_its_own_word(changes, rejection):
    values = {'modality': 'voice', 'stamp_s': NOW, 'probabilities': sure(Emotion.SAD), **changes}
    assert check_evidence(Evidence(**values), NOW).value == rejection
