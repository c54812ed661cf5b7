# SPDX-License-Identifier: MIT
"""The optional engines in their nodes, in the environment as it is, and how they stop."""

import signal
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

import cv2
import pytest
from sensor_msgs.msg import Image
from std_msgs.msg import String

from emotion_ros.cli.main import main
from emotion_ros.core.emotions import EMOTIONS, Sentiment
from emotion_ros.files.resources import packaged_config
from emotion_ros.msg import FaceEmotionArray, TextSentiment
from emotion_ros.nodes.messages.to_msg import bgr_to_msg
from emotion_ros.perception.text.transformers_engine import import_transformers
from emotion_ros.sandbox.processes import Programs
from lengths import length
from tiny_roberta import save_roberta

pytestmark = pytest.mark.skipif(not find_spec('transformers'), reason='no transformers')

START_S = 60.0
STOP_S = length(2.0, 8.0)
LABELS = ('positive', 'negative', 'neutral')


@pytest.fixture
def start() -> Iterator[Callable[..., Callable[[], None]]]:
    """Return a function that starts a node and returns one that stops it and looks at how."""
    with Programs({}) as programs:

        def start_node(name: str, *arguments: str) -> Callable[[], None]:
            program = programs.start(name, f'emotion_ros.nodes.{name}', ['--ros-args', *arguments])

            def stop() -> None:
                begun_s = monotonic()
                program.process.send_signal(signal.SIGINT)
                assert program.process.wait(START_S) == 0, program.printed()
                assert monotonic() - begun_s <= STOP_S

            return stop

        yield start_node


@pytest.mark.parametrize('form', ['hf:{}', 'hf:{}/'])
def test_a_hugging_face_model_in_a_folder_reads_sentences(graph, start, tmp_path: Path, form):
    folder = save_roberta(import_transformers(), tmp_path, LABELS, (2.0, 1.0, 0.0))
    stop = start('sentiment_node', '-p', f'text_model:={form.format(folder)}')
    heard = graph.listen(TextSentiment, 'emotion/text')
    speech = graph.publisher(String, 'speech', timeout_s=START_S)

    say = lambda: speech.publish(String(data='I am happy'))  # noqa: E731
    scored = lambda: [text for text in heard if text.status == TextSentiment.STATUS_OK]  # noqa: E731
    assert graph.until(scored, 'a score', START_S, say)[0].sentiment == Sentiment.POSITIVE
    stop()


def test_a_checkpoint_of_torch_with_the_card_that_the_command_writes_classifies_faces(
    graph, start, tmp_path: Path
):
    from safetensors.torch import save_file

    from face_samples import used_network

    model = tmp_path / 'face.safetensors'
    save_file(used_network().state_dict(), model)
    answers = ['--task', 'face_emotion', '--labels', ','.join(EMOTIONS), '--size', '48']
    answers += ['--colour', 'gray', '--mean', '127.5', '--std', '64']
    assert main(['models', 'card', str(model), *answers]) == 0
    stop = start('vision_node', '-p', f'face_model:={model}')
    found = graph.listen(FaceEmotionArray, 'emotion/faces')
    camera = graph.publisher(Image, 'image', timeout_s=START_S)
    picture = cv2.imread(str(packaged_config('demo/astronaut.jpg')))

    def show() -> None:
        camera.publish(bgr_to_msg(picture, graph.tester.get_clock().now().to_msg(), 'camera'))

    faces = lambda: [face for array in found for face in array.faces]  # noqa: E731
    (face, *_) = graph.until(faces, 'a face', START_S, show)
    assert sum(face.probabilities) == pytest.approx(1, abs=1e-4)
    stop()
