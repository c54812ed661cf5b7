# SPDX-License-Identifier: MIT
"""emotion_pipeline without consent, reactions, events, mood, face measures and lip activity."""

from math import nan
from types import SimpleNamespace
from typing import Any

from emotion_ros.core.fusion import fusion
from emotion_ros.nodes import fusion_node, pipeline
from emotion_ros.perception.face import pipeline as face_pipeline
from emotion_ros.perception.face.quality import FaceMeasures


def nothing(*_: Any) -> Any:
    """Return a stand-in whose methods do nothing."""
    names = ('publish', 'publish_reaction', 'update', 'stop', 'close', 'add')
    calls = {name: lambda *_: None for name in names}
    return SimpleNamespace(**calls, valence=nan, arousal=nan, valence_trend=nan)


def main() -> int:
    """Run the nodes."""
    stand_ins: Any = {
        fusion_node: ('PeoplePublisher', 'ReactionServer', 'PrivacyAuthority'),
        fusion: ('Mood',),
    }
    for module, names in stand_ins.items():
        for name in names:
            setattr(module, name, nothing)
    unknown = FaceMeasures(1.0, nan, nan, 1.0, 0.0, 1.0)
    face_pipeline.FaceMeter.update = lambda *_: unknown  # type: ignore[method-assign]
    face_pipeline.LipActivity.update = lambda *_: 0.0  # type: ignore[method-assign]
    return pipeline.main()


if __name__ == '__main__':
    raise SystemExit(main())
