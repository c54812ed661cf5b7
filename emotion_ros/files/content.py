# SPDX-License-Identifier: MIT
"""Why a file cannot be used, from its name or its first bytes, with the remedy."""

import re
from pathlib import Path

HEAD_BYTES = 512
_OFFICE = 'is a file of an office program: save it as CSV (comma, UTF-8) or as plain text'
_WEB_PAGE = 'is a web page, as a failed download leaves: fetch the file again'
_HDF5 = 'is an HDF5 file, such as a Keras model: export the network as ONNX (tf2onnx)'
_BEGINNINGS = {
    b'version https://git-lfs': 'is a pointer of Git LFS: fetch the file with git lfs pull',
    b'\xd0\xcf\x11\xe0': _OFFICE,
    b'%PDF': 'is a PDF: export its text or pictures',
    b'\x89HDF': _HDF5,
    b'PAR1': 'is a Parquet file: save it as CSV',
    b'ARROW1': 'is an Arrow or Feather file: save it as CSV',
    b'SQLite format 3': 'is an SQLite database',
    **{
        magic: f'is packed with {name}: unpack it first'
        for magic, name in {
            b'\x1f\x8b': 'gzip',
            b'BZh': 'bzip2',
            b'\xfd7zXZ': 'xz',
            b'7z\xbc\xaf': '7-Zip',
            b'\x04\x22\x4d\x18': 'lz4',
            b'\x28\xb5\x2f\xfd': 'zstd',
        }.items()
    },
}
HEIC = 'is a HEIC picture of a phone: heif-convert FILE FILE.jpg (apt install libheif-examples)'
_HEIF = re.compile(rb'....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)', re.DOTALL)
_ZIP = b'PK\3\4'
_OFFICE_PARTS = (b'[Content_Types].xml', b'docProps/', b'_rels/', b'application/vnd.oasis')
_HTML = re.compile(rb'\s*<(!doctype\s+html|html)', re.IGNORECASE)
# Of pathlib, which makes one slash of two.
_ADDRESS = re.compile(r'([a-z][a-z0-9+.-]+):/+(.*)', re.IGNORECASE | re.DOTALL)
_FETCH = {'http': 'curl -fLO', 'https': 'curl -fLO', 's3': 'aws s3 cp', 'gs': 'gcloud storage cp'}


def foreign_content(head: bytes) -> str:
    """Return what a file is that begins so, with the remedy; '' when that is not known."""
    if head.startswith(_ZIP):
        return (
            _OFFICE
            if any(part in head for part in _OFFICE_PARTS)
            else 'is packed with zip: unpack it first'
        )
    if _HEIF.match(head) and b'avif' not in head[:64]:
        return HEIC  # FFmpeg would give one tile of it
    if _HTML.match(head):
        return _WEB_PAGE
    return next((text for magic, text in _BEGINNINGS.items() if head.startswith(magic)), '')


def why_missing(path: Path | str) -> str:
    """Return why there is nothing at a path: it may be an address, which no command reads."""
    address = _ADDRESS.fullmatch(str(path))
    if not address:
        return 'no such file or folder'
    scheme, rest = address[1].lower(), address[2]
    if scheme == 'file':
        return f'give the path, /{rest}'
    copy = _FETCH.get(scheme)
    if not copy:
        return 'an address is not read: copy the file to this machine first'
    is_folder = '.' not in rest.rpartition('/')[2]
    end = '' if 'curl' in copy else ' . --recursive' if is_folder else ' .'
    return f'an address is not read: fetch it first: {copy} {scheme}://{rest}{end}'
