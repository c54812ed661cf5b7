# SPDX-License-Identifier: MIT
"""What to do about a finding: the command to type, or the change to make.

Works without ROS. docs/troubleshooting.md has a row for every line of these tables.
"""

import re
from collections.abc import Mapping
from shutil import which

from emotion_ros.conversions.speech import SPEECH_TYPES
from emotion_ros.core.graph.snapshot import FUSION, Finding, Kind
from emotion_ros.core.graph.source_checks import SPEECH_PACKAGES, VIDEO_TYPE
from emotion_ros.core.voice.audio_topics import AUDIO_MESSAGES

LAUNCH = 'ros2 launch emotion_ros emotion.launch.py'
REPUBLISH = (
    'ros2 run image_transport republish {transport} raw --ros-args -p in_transport:={transport} '
    '-p out_transport:=raw -r in:={base} -r in/{transport}:={found} -r out:={out}'
)
LAUNCHED = re.compile(rf'{re.escape(LAUNCH)}((?: \w+:=[^\s,;]+)*)')
OPTIONS = {
    'enable_vision:=false': ' --no-vision',
    'enable_text:=false': ' --no-text',
    'enable_voice:=false': '',
    'enable_voice:=true': ' --voice',
}
CLOCKS = 'compare the clocks of the machines (chronyc tracking)'

REMEDIES: Mapping[Kind, str] = {
    Kind.FINE: '',
    Kind.NO_NODE: 'start it: {launch}; if it runs, compare ROS_DOMAIN_ID, '
    'RMW_IMPLEMENTATION, the discovery range and the namespace with those of its terminal',
    Kind.OTHER_NAMESPACE: 'emotion-ros doctor --namespace {namespace}',
    Kind.NODE_MISSING: 'start it: ros2 run emotion_ros {node}{in_namespace}',
    Kind.NODE_ELSEWHERE: 'start all nodes in one namespace: {launch}; or look there: emotion-ros '
    'doctor --namespace {namespace}',
    Kind.NODE_RENAMED: 'start it under its own name (without name= in the launch file, or '
    '-r __node:=): services, parameter files and the doctor go by {node}',
    Kind.DUPLICATE_NODE: 'stop one of them, or give each robot a namespace',
    Kind.NO_DIAGNOSTICS: 'it hangs or has just died: stop it and start it again',
    Kind.SWITCHED_OFF: 'ros2 service call {home}/{node}/enable std_srvs/srv/SetBool '
    '"{{data: true}}"',
    Kind.NODE_ERROR: 'see its log',
    Kind.NO_CLOCK: 'ros2 bag play BAG --clock, or start with use_sim_time:=false',
    Kind.CLOCK_STANDS_STILL: 'go on with the bag (space in the terminal of ros2 bag play) or the '
    'simulation; or start with use_sim_time:=false',
    Kind.CLOCK_UNUSED: 'for a bag or a simulator: {launch} use_sim_time:=true',
    Kind.SLOW_CLOCK: 'ros2 bag play BAG --clock 40, or let the simulation publish /clock at 20 Hz '
    'at least',
    Kind.MIXED_CLOCKS: 'give all nodes the same use_sim_time: {launch} use_sim_time:=true',
    Kind.NO_PUBLISHER: '',  # by input: see NOTHING_THERE
    Kind.OTHER_TOPIC: '{launch} {input}_topic:={base}{transport_argument}',
    Kind.OTHER_TRANSPORT: REPUBLISH,
    Kind.OTHER_TYPE: '',  # by input: see OTHER_TYPES
    Kind.NOT_CONFIGURED: 'ros2 lifecycle set {node} configure, then ros2 lifecycle set {node} '
    'activate',
    Kind.NOT_ACTIVE: 'ros2 lifecycle set {node} activate',
    Kind.SILENT_PUBLISHER: 'see the log of {node}, and config/fastdds.xml',
    Kind.NOT_DELIVERED: 'start vision_node again; for raw images over the network use '
    'config/fastdds.xml, or image_transport:=compressed',
    Kind.SEVERAL_PUBLISHERS: 'give each source its own nodes, in a separate namespace',
    Kind.BEST_EFFORT: 'publish it reliable (the default QoS)',
    Kind.REFUSED: '',  # by reason: see REJECTED
    Kind.FEW_IMAGES: 'raw images are lost over the network: use config/fastdds.xml, or compressed '
    'ones',
    Kind.BLACK_IMAGES: 'take off the lens cap, switch on the light, or raise the exposure of the '
    'camera',
    Kind.FLAT_IMAGES: 'open the shutter or cover of the camera; a green or grey image is one that '
    'its driver could not decode: another pixel format',
    Kind.STILL_IMAGES: 'fine for a still picture or a simulation; else the driver repeats its '
    'last image: start it again',
    Kind.NOT_UPRIGHT: 'set rotate: {rotate} of {node} in your parameter file and start it again '
    '(docs/cameras.md, A rotated camera); or mount the camera upright',
    Kind.SILENT_AUDIO: 'unmute the microphone (alsamixer, pavucontrol), or choose another device '
    'of the driver (arecord -l lists them)',
    Kind.CLIPPED_AUDIO: 'lower the gain of the microphone (alsamixer, pavucontrol)',
    Kind.LOST_AUDIO: 'let the driver publish reliably, in blocks of 20 to 100 ms, and look at the '
    'network (Wi-Fi); if dropped of voice_node grows, its machine is too slow',
    Kind.STAMPS_BEHIND: f'{CLOCKS}; if the images really are that late, set max_age: {{above}} of '
    'vision_node, and vision_timeout: {above}, face_fresh_for: {above} of fusion_node',
    Kind.STAMPS_FAR_BEHIND: 'a bag: ros2 bag play BAG --clock, and {launch} use_sim_time:=true; a '
    f'live camera: set its clock and time zone, {CLOCKS}',
    Kind.STAMPS_AHEAD: f'the stamps lie ahead: {CLOCKS}; a driver may stamp in local time',
    Kind.STAMPS_NOT_SINCE_1970: 'let the driver stamp with the time of the system (it may count '
    'from power-on), or with 0: then the time of receipt counts',
    Kind.STAMPS_OF_WALL_CLOCK: 'the camera does not follow /clock: start the nodes with '
    'use_sim_time:=false, or its driver with use_sim_time:=true',
    Kind.STAMPS_OF_SIM_CLOCK: '{launch} use_sim_time:=true',
    Kind.LATE_FOR_FUSION: 'raise vision_timeout and face_fresh_for of fusion_node, for example '
    'vision_timeout: {above}, face_fresh_for: {above}',
    Kind.NO_UTTERANCE: '',
    Kind.SEVERAL_FUSIONS: 'stop one of them; of a bag beside running nodes, play only the inputs, '
    'or ros2 bag play BAG --remap {topic}:=/recorded{topic}',
    Kind.UNMATCHED_SUBSCRIBER: 'subscribe with the default quality of service, which is '
    'volatile, or that of sensor data',
    Kind.NO_STATE: 'see the findings above',
    Kind.NO_INPUT: 'see the findings above',
}
NOTHING_THERE = {
    'image': 'start the camera driver, or go without: {launch} enable_vision:=false',
    'audio': 'start the audio driver (docs/voice.md), or go without: {launch} enable_voice:=false',
    'speech': 'start the speech recogniser, or go without: {launch} enable_text:=false',
}
OTHER_TYPES = {
    'audio': 'publish emotion_ros/msg/Audio, or a message of audio_common_msgs: docs/voice.md',
    'image': 'publish sensor_msgs/msg/Image, or give another one: {launch} image_topic:=…',
    'speech': 'publish std_msgs/msg/String, or another type of docs/recognisers.md',
}
VIDEO = (
    'it is video, which is not decoded here: let its driver publish images too, or decode it with '
    'image_transport republish or gscam'
)
FOREIGN_SPEECH = (
    'ros2 run topic_tools transform {found} {topic} std_msgs/String '
    "'std_msgs.msg.String(data=m.text)' --import std_msgs, with the field of its type for text"
)
KNOWN_SPEECH = (
    'set speech_type: {type_name} of sentiment_node, or auto; it needs {package} '
    '(apt: ros-$ROS_DISTRO-{apt})'
)
KNOWN_AUDIO = (
    'set audio_type: {type_name} of voice_node, or auto; it needs {package} '
    '(apt: ros-$ROS_DISTRO-{apt})'
)
REJECTED: Mapping[str, str] = {
    'no_format': 'no audio_info has come, which audio_capture sends every 5 s; for a driver that '
    'has none set sample_rate and channels of voice_node',
    'unsupported_rate': 'let the audio driver record at 8000 to 48000 Hz (16000 is best)',
    'unsupported_channels': 'the message says 0 or too many channels, or fewer than the parameter '
    'channel of voice_node asks for',
    'bad_length': 'the data is no whole number of samples of all channels: compare sample format '
    'and channels with what the driver records',
    'not_finite': 'the sound holds NaN or infinity: a fault of the sender',
    'other_source': 'two microphones, or two formats, on one topic: give each a topic',
    'too_short': 'less than 50 ms of speech: a fault of the voice activity detection',
    'overlap': 'sound of a time that was there already: two microphones on one topic, or stamps '
    'that run slower than the sound',
    'unsupported_encoding': 'let the camera publish bgr8, rgb8, mono8 or JPEG',
    'bad_compressed': 'the data is no complete JPEG, PNG, TIFF or WebP: see the format of the '
    'camera',
    'bad_size': 'width or height do not fit the encoding: a fault of the driver',
    'bad_step': 'step is the bytes of a row, at least width times the bytes of a pixel: a fault '
    'of the driver',
    'short_data': 'data holds fewer bytes than height times step: a fault of the driver, or a '
    'message that was cut',
    'too_large': 'let the camera publish a smaller image (at most 8192 px a side)',
    'bad_stamp': 'nanosec of the stamp is 1e9 or more: a fault of the sender',
    'bad_value': 'a field holds a value that the message does not define: a fault of the sender',
    'stale': f'older than max_age at arrival: {CLOCKS}; the machine may be too slow',
    'future': f'stamped ahead of the clock here: {CLOCKS}',
    'out_of_order': 'send the evidence of one source in the order of its stamps',
    'invalid': 'send probabilities that sum to 1 and a quality of 0..1',
    'low_quality': 'the source itself says that its evidence is not worth much',
    'wrong_person': 'it is about another person than the one in focus (focus_rule), or several '
    'are in view and it is not known who speaks (unbound_speech)',
    'disabled': 'switch the source on: ros2 service call …/enable std_srvs/srv/SetBool '
    '"{{data: true}}"',
    'paused': 'observation of this person is paused; if the person agrees, go on: ros2 service '
    'call {home}/fusion_node/set_privacy emotion_ros/srv/SetPrivacy "{{person_id: ID, mode: 0}}", '
    'without person_id for everybody',
    'opt_out': 'the words ask not to be observed: the person is paused, see opt_out_phrases',
    'unsupported_language': 'the words are not English: set text_model and languages',
    'unsupported_format': 'publish the plain words, or JSON of Vosk: see docs/recognisers.md; '
    'sound not compressed, as S16LE: format:=wave of audio_capture',
    'empty': 'nothing was said: the recogniser publishes its silence',
    'partial': 'publish finished sentences: the results of the recogniser, not its partial ones',
    'repeated': 'the same text within a second, or sentence within three: publish each once',
    'repetition': 'one word over and over: the recogniser is stuck',
    'hallucination': 'the recogniser invents words in silence: use its voice activity detection',
    'own_voice': 'these are words of the robot itself (robot_speech): nothing to do',
    'muted': 'publish false on mute: ros2 topic pub --once {home}/mute std_msgs/msg/Bool '
    '"{{data: false}}"',
    'bad_output': 'the model fails: emotion-ros models verify',
    'inference_failed': 'the model fails: see the log, and emotion-ros models verify',
}
OF_FUSION = {
    'future': f'fusion_node takes stamps up to 0.5 s ahead: {CLOCKS}',
}


def remedy(finding: Finding, namespace: str = '', use_sim_time: bool = False) -> str:
    """Return what to do about a finding on nodes of this namespace ('' for the root)."""
    is_refused = finding.kind is Kind.REFUSED and finding.facts['reason'] == 'future'
    if is_refused and use_sim_time:
        return f'stamped ahead of /clock: {REMEDIES[Kind.SLOW_CLOCK]}'
    facts = {'namespace': namespace, **finding.facts}
    home = namespace.rstrip('/')
    where = f' namespace:={home.strip("/")}' if home else ''
    time = (
        ' use_sim_time:=true' if use_sim_time and 'use_sim_time' not in _template(finding) else ''
    )
    is_audio = facts.get('input') == 'audio'
    voice = ' enable_voice:=true' if is_audio and 'enable_voice' not in _template(finding) else ''
    transport = facts.get('transport', '')
    package = facts.get('type', '').partition('/')[0]
    return _template(finding).format_map(
        {
            **facts,
            'launch': LAUNCH + where + time + voice,
            'home': home,
            'package': package,
            'apt': package.replace('_', '-'),
            'in_namespace': f' --ros-args -r __ns:={home}' if home else '',
            'transport_argument': f' image_transport:={transport}' if transport else '',
        }
    )


def remedy_here(finding: Finding, namespace: str = '', use_sim_time: bool = False) -> str:
    """Return what to do on this machine, where ``make`` may have installed no ``ros2``."""
    text = remedy(finding, namespace, use_sim_time)
    return text if which('ros2') else without_ros2(text)


def without_ros2(text: str) -> str:
    """Return a remedy with the programs of emotion_ros in place of ros2 launch and ros2 run."""
    text = LAUNCHED.sub(_pipeline, text).replace('ros2 run emotion_ros ', '')
    return f'{text} (ros2 is not installed here: docs/install.md)' if 'ros2 ' in text else text


def _pipeline(launched: re.Match[str]) -> str:
    arguments = launched[1].split()
    options = ''.join(OPTIONS.get(argument, '') for argument in arguments)
    ros = ''
    for name, value in (a.split(':=') for a in arguments if a not in OPTIONS):
        if name == 'namespace':
            ros += f' -r __ns:=/{value}'
        elif name.endswith('_topic'):
            ros += f' -r {name.removesuffix("_topic")}:={value}'
        else:
            ros += f' -p {"vision_node:" * (name == "image_transport")}{name}:={value}'
    return f'emotion_pipeline{options}{" --ros-args" * bool(ros)}{ros}'


def _template(finding: Finding) -> str:
    if finding.kind is Kind.REFUSED:
        reason = finding.facts['reason']
        of_fusion = OF_FUSION if finding.facts.get('node') == FUSION else {}
        return of_fusion.get(reason, REJECTED.get(reason, 'see the log of the node'))
    if finding.kind is Kind.NO_PUBLISHER:
        return NOTHING_THERE[finding.facts['input']]
    type_name = finding.facts.get('type', '')
    is_speech = finding.facts.get('input') == 'speech'
    is_foreign = is_speech and type_name.partition('/')[0] not in SPEECH_PACKAGES
    if finding.kind is Kind.OTHER_TOPIC and is_foreign:
        return FOREIGN_SPEECH
    if finding.kind is Kind.OTHER_TYPE:
        if finding.facts['input'] == 'image' and VIDEO_TYPE.search(type_name):
            return VIDEO
        if finding.facts['input'] == 'audio' and finding.facts['type'] in AUDIO_MESSAGES:
            return KNOWN_AUDIO
        is_known = finding.facts['input'] == 'speech' and finding.facts['type'] in SPEECH_TYPES
        return KNOWN_SPEECH if is_known else OTHER_TYPES[finding.facts['input']]
    return REMEDIES[finding.kind]
