# SPDX-License-Identifier: MIT
"""A storyboard as a rosbag2 recording: compressed images, words and sound, without ROS."""

from pathlib import Path

import numpy as np

from emotion_ros.bag.types import COMPRESSED_IMAGE, STRING
from emotion_ros.bag.writer import BagWriter
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.core.voice.audio_topics import AUDIO
from emotion_ros.demo.frame_renderer import WIDTH, FrameRenderer
from emotion_ros.demo.sound_track import SoundTrack
from emotion_ros.demo.storyboard_file import load_storyboard
from emotion_ros.perception.image.compressed import encode_jpeg
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE

IMAGE_TOPIC, SPEECH_TOPIC = '/camera/image_raw/compressed', '/speech_to_text'
AUDIO_TOPIC = '/audio'
BATTERY_TOPIC, BATTERY = '/battery_state', 'sensor_msgs/msg/BatteryState'
START_S = 1_700_000_000
"""When every recording begins (Unix time, s): equal storyboards give equal messages."""
RATE_HZ = 10


def write_recording(path: Path, storyboard_file: Path, storage: str = 'sqlite3') -> float:
    """Write the new bag ``path`` and return its duration (s).

    Images are JPEG at RATE_HZ, stamped and received at the same time; the battery of the robot,
    once a second, goes on when the camera fails; so does the sound, if the storyboard has some,
    in chunks that are received when they end. BagError when the bag exists or cannot be
    written, ConfigError when the storyboard is invalid.
    """
    storyboard = load_storyboard(storyboard_file)
    renderer = FrameRenderer(storyboard, storyboard_file.parent)
    track = SoundTrack(storyboard, storyboard_file.parent) if storyboard.has_sound else None
    chunk = SAMPLE_RATE // RATE_HZ
    spoken = [(cue.at_s, cue.say) for cue in storyboard.cues if cue.say]
    with BagWriter(path, storage) as writer:
        for number in range(round(storyboard.duration_s * RATE_HZ)):
            at_s = number / RATE_HZ
            time_ns = round((START_S + at_s) * NANOSECONDS)
            while spoken and spoken[0][0] <= at_s:
                writer.write(time_ns, SPEECH_TOPIC, STRING, {'data': spoken.pop(0)[1]})
            if number % RATE_HZ == 0:
                writer.write(time_ns, BATTERY_TOPIC, BATTERY, {'percentage': 0.8})
            if track and number:
                fields = {
                    'header': {'stamp': START_S + at_s - 1 / RATE_HZ, 'frame_id': 'microphone'},
                    'sample_rate': SAMPLE_RATE,
                    'channels': 1,
                    'samples': track.samples((number - 1) * chunk, number * chunk),
                }
                writer.write(time_ns, AUDIO_TOPIC, AUDIO, fields)
            view = storyboard.view_at(at_s)
            if not view.camera_on:
                continue
            jpeg = encode_jpeg(renderer.render(view, number), WIDTH)
            fields = {
                'header': {'stamp': START_S + at_s, 'frame_id': 'camera'},
                'format': 'bgr8; jpeg compressed bgr8',
                'data': np.frombuffer(jpeg, np.uint8),
            }
            writer.write(time_ns, IMAGE_TOPIC, COMPRESSED_IMAGE, fields)
    return storyboard.duration_s
