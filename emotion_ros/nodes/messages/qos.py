# SPDX-License-Identifier: MIT
"""Quality of service of the package's topics; docs/messages.md says what it means."""

from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

QUEUE_DEPTH = 10
"""Results, speech and control: reliable, volatile."""
OBSERVER_DEPTH = 50
"""Tools that must miss no message, while a test or a survey lasts."""
LATEST_IMAGE = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
"""Images: only the newest counts, and a best-effort subscription matches every camera."""
SOUND_DEPTH = 100
SOUND = QoSProfile(depth=SOUND_DEPTH, reliability=ReliabilityPolicy.BEST_EFFORT)
"""Sound: every chunk counts. Reliable where the driver is; best effort matches every one."""
BEST_EFFORT = QoSProfile(depth=QUEUE_DEPTH, reliability=ReliabilityPolicy.BEST_EFFORT)
"""Viewers: matches every publisher and cannot block one."""
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
"""The last message, also for those who subscribe later."""
