#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# OpenCV's VideoCapture reads one tile of a phone's HEIC picture and reports success
#
# One would guess: cv2.imread knows no HEIC and returns None, so VideoCapture, which many programs
#   try next, either fails as well or gives the picture.
# True: phones store a HEIC picture as a grid of tiles of 512x512. The FFmpeg inside
#   opencv-python-headless 4.14.0.94 opens the file, VideoCapture.read() returns True, and the frame
#   is the first tile: a corner of the picture at full scale, without a warning. A picture that is
#   stored in one piece is read whole, so a test with a small file shows nothing.
# So: look for the brand of HEIF in the first bytes before FFmpeg does, and convert with libheif.
# Source: this script, with the test pictures of pillow-heif 1.1.1. Date: 2026-11-29.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip="$folder/venv/bin/pip --quiet --disable-pip-version-check"
$pip install --only-binary=:all: opencv-python-headless==4.14.0.94 pillow-heif==1.1.1 setuptools wheel
$pip download --no-deps --no-build-isolation --no-binary=:all: --dest "$folder" pillow-heif==1.1.1
tar -xzf "$folder"/pillow_heif-1.1.1.tar.gz -C "$folder"
"$folder/venv/bin/python" - "$folder"/pillow_heif-1.1.1/tests/images/heif_other <<'PY'
import sys
from pathlib import Path

import cv2
import pillow_heif

as_found = []
for name, whole in (('pug.heic', False), ('nokia/alpha.heic', True)):
    path = Path(sys.argv[1], name)
    width, height = pillow_heif.open_heif(path).size
    ok, frame = cv2.VideoCapture(str(path)).read()
    print(f'{name}: {width}x{height}; imread: {cv2.imread(str(path))};', end=' ')
    print(f'VideoCapture: {ok}, {frame.shape[1]}x{frame.shape[0]}' if ok else 'VideoCapture: False')
    is_whole = ok and frame.shape[:2] in ((height, width), (width, height))
    as_found.append(ok and is_whole == whole)
sys.exit(0 if all(as_found) else 'the behaviour has changed')
PY
