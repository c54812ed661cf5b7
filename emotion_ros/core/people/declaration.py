# SPDX-License-Identifier: MIT
"""The declaration of what is processed, published and stored about people."""

import json

NAME = 'Emotion recognition'
PURPOSE = (
    'The robot estimates from face, words and voice which emotion a person shows, to adapt how it '
    'talks. Without this data it works, but does not adapt. Nothing is stored.'
)
NOTICE = (
    'This robot estimates from your face, your words and your voice which emotion you show, in '
    "order to adapt how it talks with you. It is often wrong. It stores nothing. Say “Don't "
    'analyse me” to switch it off for you.'
)


def declaration() -> str:
    """Return the declaration as ``emotion/data_processing`` carries it: one JSON object."""
    return json.dumps(
        {
            'name': NAME,
            'purpose': PURPOSE,
            'processed': ['images of faces', 'recognised words', 'sound of the voice'],
            'published': {
                'emotion/faces': 'place and expression of every face',
                'emotion/text': 'sentiment of what was said; the words only with include_text',
                'emotion/voice': 'whether a person speaks, and how loud',
                'emotion/evidence': 'expression of the voice',
                'emotion_state': 'emotion of the focus person',
                'emotion_states': 'emotion and mood of everybody in view',
                'emotion_events': 'who appeared, left, or began to show another emotion',
                'emotion_context': 'one sentence about the focus person',
                'emotion/debug_image': 'the camera image, only while it has a subscriber',
            },
            'stored': [],
            'kept_in_memory_s': 120,
            'identifies_people': False,
            'opt_out': {
                'service': 'fusion_node/set_privacy',
                'modes': ['full', 'no_text', 'paused'],
                'spoken': 'opt_out_phrases of sentiment_node',
            },
            'notice': NOTICE,
        },
        ensure_ascii=False,
    )
