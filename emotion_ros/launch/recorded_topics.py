# SPDX-License-Identifier: MIT
"""Which topics of a recording replay.launch.py plays."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from emotion_ros.core.image_topics import (
    AUTO,
    COMPRESSED,
    COMPRESSED_IMAGE,
    IMAGE,
    RAW,
    image_sources,
)
from emotion_ros.core.voice.audio_topics import audio_sources, info_topics
from emotion_ros.errors import ConfigError
from emotion_ros.files.checked import parse_yaml, read_text
from emotion_ros.launch.arguments import ReplayArguments

METADATA = 'metadata.yaml'
RECORDINGS = ('.db3', '.mcap', '.zstd')
STRING = 'std_msgs/msg/String'
FACES, TEXT, EVIDENCE = 'emotion/faces', 'emotion/text', 'emotion/evidence'
OWN_IMAGE = 'emotion/debug_image'
SPEECH_NAMES = ('speech_to_text', 'speech')


def played_topics(arguments: ReplayArguments) -> list[str]:
    """Return the topics to play: those asked for, or the inputs of the nodes that are started.

    ConfigError when one that was asked for is not in the bag, when the bag has none of the
    inputs, or when it lacks one and has another in its place: then with the arguments to add.
    A single file is not looked into.
    """
    is_folder = Path(arguments.bag).is_dir()
    recorded = read_topics(Path(arguments.bag)) if is_folder else {}
    images = _image_inputs(arguments, recorded)
    audio, *formats = _audio_inputs(arguments, recorded)
    inputs = [images[0], _speech_input(arguments), audio]
    others = formats
    if arguments.enable_text or arguments.enable_voice:
        others += [
            resolve(t, arguments) for t in (arguments.mute_topic, arguments.robot_speech_topic)
        ]
    asked = [resolve(topic, arguments) for topic in arguments.topics.split()]
    wanted = asked or [*inputs, *others]
    if not is_folder:
        return asked or [*images, *wanted[1:]]
    needed = inputs if arguments.enable_voice else inputs[:2]
    missing = [topic for topic in asked or needed if topic not in recorded]
    replacements = () if asked else _replacements(arguments, missing, recorded)
    if missing and (asked or replacements or not recorded.keys() & {*wanted}):
        remedy = f'add {" ".join(replacements)}' if replacements else _describe(recorded)
        raise ConfigError(f'bag:={arguments.bag}: {" and ".join(missing)} not in it; {remedy}')
    return [topic for topic in wanted if topic in recorded]


def read_topics(folder: Path) -> dict[str, str]:
    """Return the type of every topic of which a bag has messages; ConfigError if it is none."""
    path = folder / METADATA
    if not path.is_file():
        is_bag = any(file.suffix in RECORDINGS for file in folder.iterdir())
        remedy = f'ros2 bag reindex {folder}' if is_bag else 'this is no recording'
        raise ConfigError(f'bag:={folder}: {METADATA} is missing: {remedy}')
    bag = parse_yaml(read_text(path), str(path)).mapping()['rosbag2_bagfile_information'].mapping()
    topics = [topic.mapping() for topic in bag['topics_with_message_count'].items()]
    recorded = [t['topic_metadata'].mapping() for t in topics if t['message_count'].integer()]
    return {topic['name'].string(): topic['type'].string() for topic in recorded}


def resolve(topic: str, arguments: ReplayArguments) -> str:
    """Return the full name of a topic; a relative one is inside the namespace."""
    if topic.startswith('/'):
        return topic
    return '/'.join(['', *arguments.namespace.split('/'), topic]).replace('//', '/')


def _image_inputs(arguments: ReplayArguments, recorded: Mapping[str, str]) -> list[str]:
    """Return the topics that vision_node may take, or its results; what is recorded first."""
    if not arguments.enable_vision:
        return [resolve(FACES, arguments)]
    sources = image_sources(arguments.image_transport, resolve(arguments.image_topic, arguments))
    found = [source.name for source in sources if recorded.get(source.name) == source.type]
    return list(dict.fromkeys([*found, *(source.name for source in sources)]))


def _speech_input(arguments: ReplayArguments) -> str:
    return resolve(arguments.speech_topic if arguments.enable_text else TEXT, arguments)


def _audio_inputs(arguments: ReplayArguments, recorded: Mapping[str, str]) -> list[str]:
    """Return the topic that voice_node may take, with those of its format, or its results.

    They are not played beside a voice_node: each segment would count twice.
    """
    if not arguments.enable_voice:
        return [resolve(EVIDENCE, arguments)]
    sources = audio_sources(resolve(arguments.audio_topic, arguments), AUTO)
    found = [source.name for source in sources if recorded.get(source.name) == source.type]
    topic = (found or [sources[0].name])[0]
    return [topic, *info_topics(topic)]


def _replacements(
    arguments: ReplayArguments, missing: list[str], recorded: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the arguments with which the bag has what is missing, as far as it has."""
    image = list(_other_images(arguments, recorded)) if arguments.enable_vision else []
    speech = []
    if arguments.enable_text:
        named = (n for n in sorted(recorded) if n.rsplit('/', 1)[-1] in SPEECH_NAMES)
        speech = [f'speech_topic:={name}' for name in named if recorded[name] == STRING]
        speech += _results(TEXT, 'enable_text:=false', arguments, recorded)
    wanted = _image_inputs(arguments, recorded)[0]
    found = [image[0]] if image and wanted in missing else []
    found += [speech[0]] if speech and _speech_input(arguments) in missing else []
    return tuple(dict.fromkeys(' '.join(found).split()))


def _other_images(arguments: ReplayArguments, recorded: Mapping[str, str]) -> Iterator[str]:
    """Yield arguments with which there are images, or else faces, the likeliest first."""
    topic = resolve(arguments.image_topic, arguments)
    if recorded.get(f'{topic}/compressed') == COMPRESSED_IMAGE:
        yield f'image_transport:={COMPRESSED}'
    if recorded.get(topic) == IMAGE:
        yield f'image_transport:={RAW}'
    for name, kind in sorted(recorded.items()):
        if 'depth' in name or name.endswith(OWN_IMAGE):
            continue
        if kind == COMPRESSED_IMAGE and name.endswith('/compressed'):
            base = name.removesuffix('/compressed')
            yield f'image_topic:={base} image_transport:={COMPRESSED}'
        elif kind == IMAGE:
            is_fitting = arguments.image_transport != COMPRESSED
            transport = '' if is_fitting else f' image_transport:={RAW}'
            yield f'image_topic:={name}{transport}'
    yield from _results(FACES, 'enable_vision:=false', arguments, recorded)


def _results(
    topic: str, switch: str, arguments: ReplayArguments, recorded: Mapping[str, str]
) -> Iterator[str]:
    """Yield ``switch``, with the namespace where the bag has ``topic`` in another one."""
    if resolve(topic, arguments) in recorded:
        yield switch
    for name in sorted(recorded):
        if name.endswith(f'/{topic}'):
            yield f'{switch} namespace:={name.removesuffix(f"/{topic}") or "/"}'


def _describe(recorded: Mapping[str, str]) -> str:
    topics = ', '.join(f'{name} ({kind})' for name, kind in sorted(recorded.items()))
    return f'it has {topics or "no messages"}'
