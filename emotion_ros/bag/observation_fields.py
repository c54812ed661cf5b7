# SPDX-License-Identifier: MIT
"""Which message carries an observation, and with which fields."""

from emotion_ros.bag.offline_fusion import Observation
from emotion_ros.bag.types import EVIDENCE, FACES, TEXT_SENTIMENT
from emotion_ros.conversions.observation_fields import faces_to_fields, text_to_fields
from emotion_ros.conversions.state_fields import Fields, evidence_to_fields
from emotion_ros.core.observations import FacesObservation, TextObservation


def observation_to_fields(observation: Observation) -> tuple[str, Fields]:
    """Return the message type and what the fusion knows of the message."""
    if isinstance(observation, FacesObservation):
        return FACES, faces_to_fields(observation)
    if isinstance(observation, TextObservation):
        return TEXT_SENTIMENT, text_to_fields(observation)
    return EVIDENCE, evidence_to_fields(observation)
