# SPDX-License-Identifier: MIT
"""From an utterance to sentiment and emotion probabilities."""
