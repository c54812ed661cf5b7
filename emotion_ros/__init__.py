# SPDX-License-Identifier: MIT
"""What a person in front of a robot may be feeling, from camera and speech-to-text."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
