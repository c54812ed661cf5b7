# SPDX-License-Identifier: MIT
"""The pipeline beside fer, VADER and TextBlob, each in a virtual environment of its own."""
