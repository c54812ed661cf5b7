# SPDX-License-Identifier: MIT
"""ONNX Runtime sessions: from bytes only, few threads that do not spin, no log output."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from emotion_ros.errors import ModelError

CPU_PROVIDERS = ('CPUExecutionProvider',)
ENGINE_ERRORS = (
    ort_errors.EPFail,
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)
"""What ONNX Runtime raises; these have no common base class."""


_IN_ITS_SOURCE = re.compile(r' /onnxruntime_src/\S+ .*\) (?=[A-Z])')
"""A file, a line and a C++ function between the kind of an error and what it says."""


def open_session(
    model: bytes, path: Path, *, providers: Sequence[str] = CPU_PROVIDERS, threads: int = 2
) -> ort.InferenceSession:
    """Return a session for these bytes; ModelError, naming ``path``, when they are no model."""
    try:
        session = ort.InferenceSession(model, session_options(threads), list(providers))
    except ENGINE_ERRORS as error:
        line = _IN_ITS_SOURCE.sub('', ' '.join(str(error).split()))
        if os.devnull in line or 'external' in line.lower():
            line = (
                'its weights are in another file, as torch.onnx.export writes them by default '
                'from 2.9 on; export with external_data=False'
            )
        raise ModelError(f'{path}: cannot be loaded: {line}') from error
    session._model_bytes = None  # kept in memory only to change providers later
    return session


def session_options(threads: int) -> ort.SessionOptions:
    """Return options under which ``threads`` work on one call and sleep between calls."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    # A plan per shape of the input holds 10 MB for the search of faces, and saves no time.
    options.enable_mem_pattern = False
    _register_arena()
    options.add_session_config_entry('session.use_env_allocators', '1')
    # Weights in other files would escape the hash: look for them where no file can be.
    folder = 'session.model_external_initializers_file_folder_path'
    options.add_session_config_entry(folder, os.devnull)
    return options


@cache
def _register_arena() -> None:
    """Let all sessions share one arena that grows by what is asked for, not by powers of two."""
    arena = ort.OrtArenaCfg({'arena_extend_strategy': 1, 'initial_chunk_size_bytes': 1 << 18})
    kind = ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    info = ort.OrtMemoryInfo('Cpu', kind, 0, ort.OrtMemType.DEFAULT)
    with suppress(*ENGINE_ERRORS):  # another user of ONNX Runtime in the process has one
        ort.create_and_register_allocator(info, arena)
