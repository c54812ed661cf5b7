# SPDX-License-Identifier: MIT
"""The pipeline beside fer, VADER and TextBlob, each in a separate virtual environment."""
