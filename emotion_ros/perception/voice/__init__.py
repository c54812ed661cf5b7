# SPDX-License-Identifier: MIT
"""Sound in, emotion of the voice out: resampling, voice activity, segments, classification."""
