# SPDX-License-Identifier: MIT
"""The first lines of a node's process: asked to stop while it still loads, it ends quietly."""

import gc
import os
import signal
import sys
from importlib import import_module

from emotion_ros.errors import import_problem
from emotion_ros.runtime.memory import use_one_heap

EXIT_BAD_CONFIG = 2


def start(module: str) -> int:
    """Import a program and run its ``main``; return the exit code.

    While the imports last, about half a second, SIGINT would end in a traceback and SIGTERM in
    an error code; nothing is open yet that had to be closed. Importing rclpy is a part of it:
    so this is not in executor.py.
    """
    # The matrices of NumPy here are small: threads that share them take longer, and spin.
    os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
    use_one_heap()
    # The code generator of messages, which their package goes without: 40 ms and 10 MB.
    sys.modules['rosidl_generator_py.generate_py_impl'] = None  # type: ignore[assignment]
    gc.disable()  # 40 ms for nothing while all that is made is kept; executor.run enables it
    for number in (signal.SIGINT, signal.SIGTERM):
        # Not SystemExit: what is being imported may catch it.
        signal.signal(number, lambda *_: os._exit(0))
    try:
        program = import_module(module)
    except ImportError as error:
        sys.stderr.write(f'emotion_ros: {import_problem(error)}\n')
        return EXIT_BAD_CONFIG
    return int(program.main())
