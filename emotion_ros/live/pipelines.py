# SPDX-License-Identifier: MIT
"""The loaded models of a live session, as the nodes would make them."""

from dataclasses import dataclass

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.fusion.publish_schedule import PublishSchedule
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FacePipeline, make_face_pipeline
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextPipeline, make_text_pipeline
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.observer import VoiceObserver
from emotion_ros.perception.voice.pipeline import make_voice_pipeline


@dataclass(frozen=True)
class Pipelines:
    """The loaded models; ``text`` and ``voice`` are None when no words and no sound are taken."""

    vision: FacePipeline
    text: TextPipeline | None
    fusion: Fusion
    schedule: PublishSchedule
    voice: VoiceObserver | None = None


def load_pipelines(params: ParamsFile, *, with_text: bool, with_voice: bool = False) -> Pipelines:
    """Return the pipelines as the nodes would make them from a parameter file."""
    config = params.config('fusion_node', FusionConfig)
    modalities = {name: params.modality(name) for name in config.modalities}
    card = load_fusion_card(packaged_weights() / 'fusion.json')
    text = params.config('sentiment_node', SentimentConfig)
    voice = params.config('voice_node', VoiceConfig)
    words = make_text_pipeline(text) if with_text else None
    if words:
        words.prepare()
    return Pipelines(
        vision=make_face_pipeline(params.config('vision_node', VisionConfig)),
        text=words,
        fusion=Fusion(config, card, modalities),
        schedule=PublishSchedule(config.rate, config.max_rate),
        voice=VoiceObserver(make_voice_pipeline(voice, threads=1), voice.channel)
        if with_voice
        else None,
    )
