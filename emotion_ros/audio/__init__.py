# SPDX-License-Identifier: MIT
"""Sources of sound for machines without an audio driver: a microphone, and a file."""
