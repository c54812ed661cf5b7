# SPDX-License-Identifier: MIT
"""Time of one fusion step, in this process, without messages."""

from time import perf_counter

from benchmarks.figure import Figure, spread
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import FaceObservation, FacesObservation, TextObservation
from emotion_ros.files.resources import packaged_weights

STEPS, WARM_UP_STEPS, TEXT_EVERY_STEPS = 1000, 100, 45
MAX_STEP_MS = 0.3
PERIOD_S = 1.0 / 30.0
POSITIVE = (0.1, 0.2, 0.7)
HAPPY = FaceObservation(
    face_id=1,
    box_xyxy=(0.4, 0.4, 0.6, 0.6),
    detection_score=0.9,
    quality=0.9,
    probabilities=(0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02),
)


def measure_fusion_step(config: FusionConfig) -> Figure:
    """Return median and p95 of one fusion step: faces in, states out.

    There is text that has not expired in every step.
    """
    fusion = Fusion(config, load_fusion_card(packaged_weights() / 'fusion.json'))
    times_ms = []
    for step in range(WARM_UP_STEPS + STEPS):
        now_s = step * PERIOD_S
        if step % TEXT_EVERY_STEPS == 0:
            fusion.add_text(TextObservation(now_s, sentiment=POSITIVE), now_s)
        faces = FacesObservation(stamp_s=now_s, frame_id='camera', faces=(HAPPY,))
        began_s = perf_counter()
        fusion.add_faces(faces, now_s)
        fusion.states(now_s)
        times_ms.append(1e3 * (perf_counter() - began_s))
    name, step_ms = 'one step of the fusion', spread('step', times_ms[WARM_UP_STEPS:])
    return Figure(name, 'ms', step_ms.p50, step_ms.p95, limit=MAX_STEP_MS)
