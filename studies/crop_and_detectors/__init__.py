# SPDX-License-Identifier: MIT
"""Face detectors, the crop around a face, and what both cost in accuracy."""
