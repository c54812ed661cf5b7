# SPDX-License-Identifier: MIT
"""What one step of the fusion takes: a face and words come in, a state comes out."""

from time import perf_counter

from benchmarks.figure import Figure, summarise
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import FaceObservation, FacesObservation, TextObservation
from emotion_ros.perception.models.file import packaged_weights

STEPS = 1000
WARM_UP = 100
PERIOD_S = 1 / 30
WORDS_EVERY = 45  # steps: they never fade
LIMIT_MS = 0.3
HAPPY = FaceObservation(
    face_id=1,
    box_xyxy=(0.4, 0.4, 0.6, 0.6),
    detection_score=0.9,
    quality=0.9,
    probabilities=(0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02),
)


def measure_fusion_step(config: FusionConfig) -> Figure:
    """Return the median and p95 of a step in the core, without messages and other work between."""
    fusion = Fusion(config, load_fusion_card(packaged_weights() / 'fusion.json'))
    times_ms = []
    for step in range(WARM_UP + STEPS):
        now_s = step * PERIOD_S
        if step % WORDS_EVERY == 0:
            fusion.add_text(TextObservation(now_s, sentiment=(0.1, 0.2, 0.7)), now_s)
        faces = FacesObservation(stamp_s=now_s, frame_id='camera', faces=(HAPPY,))
        began_s = perf_counter()
        fusion.add_faces(faces, now_s)
        fusion.states(now_s)
        times_ms.append(1e3 * (perf_counter() - began_s))
    return summarise('one step of the fusion', 'ms', times_ms[WARM_UP:], limit=LIMIT_MS)
