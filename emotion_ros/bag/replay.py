# SPDX-License-Identifier: MIT
"""An open bag with its replay configuration."""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace

from emotion_ros.bag.observer import (
    BagObserver,
    TopicResult,
    find_sound_problem,
    read_audio_format,
)
from emotion_ros.bag.offline_fusion import FusionInput, OfflineFusion, Publication
from emotion_ros.bag.provenance import ReplayProvenance, replay_provenance
from emotion_ros.bag.reader import Bag, Recorded, Topic
from emotion_ros.bag.replay_config import ReplayOptions, make_replay_config
from emotion_ros.bag.topics import (
    DECODE,
    IMAGES,
    Sources,
    find_sources,
    read_private_times,
)
from emotion_ros.bag.types import COMPRESSED_IMAGE
from emotion_ros.conversions.audio import AudioFormat
from emotion_ros.core.evidence import FACE, TEXT, VOICE, Evidence, Rejection
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.observations import FacesObservation, TextObservation
from emotion_ros.core.voice.audio_topics import AUDIO_MESSAGES
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.pipeline import FacePipeline, make_face_pipeline
from emotion_ros.perception.text.pipeline import TextPipeline, make_text_pipeline
from emotion_ros.perception.voice.observer import VoiceObserver
from emotion_ros.perception.voice.pipeline import VoicePipeline, make_voice_pipeline

CLOCK_REASONS = {'stale', 'future', 'out_of_order'}
_INPUTS = {FacesObservation: 'faces', TextObservation: 'words', Evidence: 'evidence'}
UNSUPPORTED_ENCODING = 'unsupported_encoding'


class Replay:
    """Plays topics of a bag to the core, and owns the bag.

    Images, sound and speech go through the networks, recorded observations straight to the fusion.
    ``vision``, ``text`` and ``voice`` are the networks, None where no topic needs one.
    EmotionRosError when the bag, the options or a model cannot be used.
    """

    vision: FacePipeline | None
    text: TextPipeline | None
    voice: VoicePipeline | None

    def __init__(self, bag: Bag, options: ReplayOptions) -> None:
        self._options = options
        self.bag = bag
        self.config = config = make_replay_config(options)
        self.sources = _choose_sources(bag, options, config.text.speech_type)
        self._voices = count_voices(bag, self.sources.evidence)
        voice = config.voice
        audio_format = read_audio_format(
            bag, self.sources.audio_info, AudioFormat(voice.sample_rate, voice.channels)
        )
        self._sound_problem = ''
        if self.sources.audio and VOICE not in options.without:
            self._sound_problem = find_sound_problem(
                bag, self.sources.audio, voice.channel, audio_format
            )
        if VOICE in options.without or (self._sound_problem and self._voices):
            self.sources = replace(self.sources, audio=None, audio_info=None)
        _require_modalities(bag, self.sources, options.without | options.weights.keys())
        self.card = load_fusion_card(packaged_weights() / 'fusion.json')
        self._fusion = OfflineFusion(config.fusion, self.card, config.modalities)
        sources, threads = self.sources, options.threads
        self.vision = make_face_pipeline(config.vision, threads) if sources.image else None
        self.text = make_text_pipeline(config.text, threads) if sources.speech else None
        self.voice = make_voice_pipeline(config.voice, threads) if sources.audio else None
        self._observer = BagObserver(
            vision=self.vision,
            text=self.text,
            without=options.without,
            stamps=options.stamps,
            voice=VoiceObserver(self.voice, voice.channel) if self.voice else None,
            audio_format=audio_format,
            in_threads=options.in_threads,
        )

    def __enter__(self) -> 'Replay':
        """Return the replay."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the bag."""
        self.bag.close()

    @property
    def rejected(self) -> Counter[str]:
        """Number of rejected messages so far, by reason."""
        no_clock = Counter(no_clock=self.bag.no_clock)
        return self._observer.rejected + self._fusion.rejected + no_clock

    def provenance(self) -> ReplayProvenance:
        """Return the models that compute the states, and what was chosen."""
        return replay_provenance(
            self._options, self.config, self.card, self.vision, self.text, self.voice
        )

    def input_counts(self) -> tuple[dict[str, int], Counter[tuple[str, str]]]:
        """Return the number of inputs so far by source, and those rejected by source and reason.

        A source is a topic, or what the fusion was given.
        """
        received: Counter[str] = Counter()
        rejected: Counter[tuple[str, str]] = Counter()
        for topic, result in self._observer.results.items():
            received[topic.name] += result.messages
            rejected.update({(topic.name, why): n for why, n in result.rejected.items()})
        for (kind, reason), number in self._fusion.outcomes.items():
            source = f'fusion: {_INPUTS.get(kind, "messages")}'
            received[source] += number
            if reason:
                rejected[source, reason] += number
        if self.bag.no_clock:
            rejected['recording', 'no_clock'] = self.bag.no_clock
        return received, rejected

    def notes(self) -> list[str]:
        """Return what the user should know before the replay, one line each."""
        notes = [
            f'no words: {topic.name} ({topic.type}) may be speech: --speech-topic {topic.name}'
            if self.sources.speech is None
            else f'left out: {topic.name} ({topic.type}): --speech-topic {topic.name} takes it'
            for topic in self.sources.other_speech
        ]
        notes += [f'no images: {topic.name} is video: {DECODE}' for topic in self.sources.video]
        audio, voices = self.sources.audio, self._voices
        if VOICE in self._options.without:
            return notes
        if audio and voices:
            why = f'the sound of {audio.name} counts; --from evidence takes them'
            notes.append(f'left out: {voices} recorded results of the voice: {why}')
        elif self._sound_problem and voices:
            notes.append(f'left out: the sound ({self._sound_problem}); recorded results count')
        elif not (audio or voices or self._options.source):
            notes += [
                f'left out: {topic.name} ({topic.type}): --audio-topic {topic.name} takes it'
                for topic in self.bag.topics
                if topic.type in AUDIO_MESSAGES and topic.count
            ]
        return notes

    def rejections(self) -> list[str]:
        """Return a line with cause and remedy for every topic of which nothing was used."""
        return [
            line
            for topics, observed in (
                ((self.sources.image, self.sources.faces), FacesObservation),
                ((self.sources.speech, self.sources.text), TextObservation),
                ((self.sources.evidence, self.sources.audio), Evidence),
            )
            for topic in topics
            if topic and (line := self._rejection(topic, observed))
        ]

    def failure(self) -> str:
        """Return why the result is worthless or incomplete, in one line; '' when it is not.

        It is when no image counts, when nothing counts at all, and when the bag is damaged.
        """
        counted = [reason for _, reason in self._fusion.outcomes if not reason]
        is_blind = (
            bool(self.sources.image or self.sources.faces)
            and not (self._fusion.outcomes[FacesObservation, ''])
        )
        rejections = self.rejections() if is_blind or not counted else []
        return '; '.join(filter(None, [*rejections, self.bag.damage]))

    def _rejection(self, topic: Topic, observed: type) -> str:
        """Return why nothing of a topic was used; '' when something was, or it is empty."""
        result = self._observer.results.get(topic)
        outcomes = self._fusion.outcomes
        if not result or outcomes[observed, '']:
            return ''
        reasons = Counter(result.rejected)
        for (kind, reason), number in outcomes.items():
            if kind is observed:
                reasons[reason] += number
        if reasons.total() < result.messages:
            return ''
        counts = ', '.join(f'{number} {reason}' for reason, number in sorted(reasons.items()))
        line = f'{topic.name}: all {result.messages} messages are refused ({counts})'
        if reasons.keys() & CLOCK_REASONS and result.age_s is not None:
            side = 'older than' if result.age_s > 0 else 'ahead of'
            return (
                f'{line}: their stamps are {abs(result.age_s):.3g} s {side} their receipt '
                '(another clock, such as a simulated one?): --stamps receipt'
            )
        if UNSUPPORTED_ENCODING in reasons:
            others = [t.name for t in self.bag.topics if t.type in IMAGES and t != topic]
            if others:
                return f'{line}: choose among {", ".join(others)} with --image-topic'
            is_video = topic.type == COMPRESSED_IMAGE
            remedy = f'if it is video, {DECODE}' if is_video else 'record a colour or grey camera'
            return f'{line}: {remedy}'
        return f'{line}: see docs/troubleshooting.md'

    def observations(self) -> Iterator[FusionInput]:
        """Yield the observations that the messages of the bag give."""
        return self._observer.observe(self._without_private(self.sources.chosen()))

    def _without_private(self, topics: Sequence[Topic]) -> Generator[Recorded, None, None]:
        """Yield the messages, but no images and sounds of times in which persons were paused."""
        private = read_private_times(self.bag)
        said = (self.sources.speech, self.sources.audio)
        with closing(self.bag.messages(topics)) as messages:
            for recorded in messages:
                topic, time_ns = recorded.topic, recorded.time_ns
                is_image, is_said = topic == self.sources.image, topic in said
                if (is_image and private.hides_image(time_ns)) or (
                    is_said and private.hides_words(time_ns)
                ):
                    result = self._observer.results.setdefault(topic, TopicResult())
                    result.messages += 1
                    result.rejected[Rejection.PAUSED.value] += 1
                else:
                    yield recorded

    def publications(self, observations: Iterable[FusionInput]) -> Iterator[Publication]:
        """Yield every publication, from the start of the bag to its end; call it once."""
        return self._fusion.run(observations, self.bag.start_ns, self.bag.end_ns)


def open_replay(options: ReplayOptions) -> Replay:
    """Open the bag and load the models that its topics need; EmotionRosError on failure."""
    with ExitStack() as stack:
        replay = Replay(stack.enter_context(Bag(options.bag)), options)
        stack.pop_all()
    return replay


def count_voices(bag: Bag, evidence: Topic | None) -> int:
    """Return the number of recorded results of a voice."""
    messages = bag.messages([evidence] if evidence else [])
    return sum(recorded.msg.modality == VOICE for recorded in messages)


def _choose_sources(bag: Bag, options: ReplayOptions, speech_type: str) -> Sources:
    """Return the topics to replay, without those of faces and text that are left out."""
    sources = find_sources(
        bag,
        options.source,
        options.image_topic,
        options.speech_topic,
        speech_type,
        options.audio_topic,
    )
    if FACE in options.without:
        sources = replace(sources, image=None, faces=None)
    if TEXT in options.without:
        sources = replace(sources, speech=None, text=None, other_speech=())
    return sources


def _require_modalities(bag: Bag, sources: Sources, named: frozenset[str]) -> None:
    """ConfigError for a name that would have no effect: it is misspelt."""
    if named <= {FACE, TEXT}:
        return
    topics = [sources.evidence] if sources.evidence else []
    own = {FACE, TEXT} | ({VOICE} if sources.audio else set())
    known = own | {recorded.msg.modality for recorded in bag.messages(topics)}
    if absent := sorted(named - known):
        has = ', '.join(sorted(known))
        raise ConfigError(f'{absent[0]!r} is not a modality of this bag (it has {has})')
