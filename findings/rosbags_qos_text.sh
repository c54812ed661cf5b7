#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# rosbags joins topics to their recorded messages by the text of the QoS profiles
#
# One would guess: the QoS profiles in metadata.yaml are for playback only. People edit them there
#   so that `ros2 bag play` offers another reliability, and converters leave them empty; a reader
#   of messages would find a topic by its name and type.
# True: rosbags 0.11.9 matches each topic of metadata.yaml with the topics inside the storage file
#   by name, type *and* QoS text. After an edit of one word the bag still opens, still states its
#   message count, lists the topic - and yields no message, without an error.
# So: when a healthy bag reads as empty, compare `offered_qos_profiles` in metadata.yaml with the
#   storage (sqlite3: `SELECT offered_qos_profiles FROM topics`), or blank both before reading.
# Source: this script. Date: 2026-11-28.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rosbags==0.11.9
"$folder/venv/bin/python" - "$folder/bag" <<'PY'
import sqlite3
import sys
from pathlib import Path

from rosbags.interfaces import Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime
from rosbags.rosbag2 import Reader, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

bag = Path(sys.argv[1])
store = get_typestore(Stores.ROS2_JAZZY)
String = store.types['std_msgs/msg/String']
forever = QosTime(2147483647, 4294967295)
reliable = Qos(QosHistory.KEEP_LAST, 10, QosReliability.RELIABLE, QosDurability.VOLATILE,
               forever, forever, QosLiveliness.AUTOMATIC, forever, False)
with Writer(bag, version=9, storage_plugin=StoragePlugin.SQLITE3) as writer:
    words = writer.add_connection('/words', String.__msgtype__, typestore=store,
                                  offered_qos_profiles=[reliable])
    for i in range(3):
        writer.write(words, i, store.serialize_cdr(String(f'word {i}'), String.__msgtype__))


def read() -> tuple[int, int, list[str]]:
    """Return the stated and the yielded number of messages, and the topics."""
    with Reader(bag) as reader:
        yielded = sum(1 for _ in reader.messages())
        return reader.message_count, yielded, sorted(reader.topics)


before = read()
metadata = bag / 'metadata.yaml'
text = metadata.read_text()
edited = text.replace('reliability: reliable', 'reliability: best_effort')
if edited == text:
    edited = text.replace('reliability: 1', 'reliability: 2')
assert edited != text, text
metadata.write_text(edited)
after = read()
with sqlite3.connect(next(bag.glob('*.db3'))) as database:
    (rows,) = database.execute('SELECT count(*) FROM messages').fetchone()
print('stated, yielded, topics as written:       ', *before)
print('stated, yielded, topics after the edit:   ', *after)
print('rows in the storage file after the edit:  ', rows)
if before != (3, 3, ['/words']) or after != (3, 0, ['/words']) or rows != 3:
    sys.exit('the behaviour has changed')
PY
