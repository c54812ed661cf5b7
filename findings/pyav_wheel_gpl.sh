#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The wheels of PyAV call their FFmpeg LGPL, and contain the GPL encoders x264 and x265
#
# One would guess: `pip install av` brings an FFmpeg of the licence that it prints (the project is
#   BSD, `python -m av --version` says LGPL), so a product with other terms may ship it.
# True: the Linux wheel of av 18.1.0 (x86_64) holds libx264 and libx265, which are under the GPL
#   or a commercial licence, and they work: it encodes H.264 with libx264. FFmpeg's own LICENSE.md
#   says that these two need --enable-gpl, which makes the whole library GPL; this build has no
#   such option and prints LGPL all the same.
# So: read the list of bundled libraries, not the licence line; or start ffmpeg as a program.
# Source: this script; PyAV's discussion is its issue 2408. Date: 2026-11-29.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: av==18.1.0
"$folder/venv/bin/python" -m av --version >"$folder/about" 2>&1
"$folder/venv/bin/python" - "$folder/about" <<'PY'
import sys
from fractions import Fraction
from pathlib import Path

import av

about = Path(sys.argv[1]).read_text()
licence = next(line for line in about.splitlines() if line.startswith('library license'))
folder = Path(av.__file__).parents[1] / 'av.libs'
bundled = sorted(path.name for path in folder.iterdir() if 'libx26' in path.name)
encoder = av.CodecContext.create('libx264', 'w')
encoder.width = encoder.height = 64
encoder.pix_fmt, encoder.time_base = 'yuv420p', Fraction(1, 25)
frame = av.VideoFrame(64, 64, 'yuv420p')
frame.pts = 0
packets = [*encoder.encode(frame), *encoder.encode(None)]
print('it says:          ', licence)
print('--enable-gpl:     ', '--enable-gpl' in about)
print('it holds:         ', *bundled)
print('bytes of H.264 encoded with libx264:', sum(packet.size for packet in packets))
as_found = 'LGPL' in licence and '--enable-gpl' not in about and len(bundled) == 2
sys.exit(0 if as_found and packets else 'the behaviour has changed')
PY
