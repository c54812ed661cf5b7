# SPDX-License-Identifier: MIT
"""Face detectors behind one protocol: a BGR image in, boxes in its own pixels out."""
