# SPDX-License-Identifier: MIT
"""Files that are not what a command reads: named, with a remedy."""

import io
import zipfile
from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.files.checked import decode_text, read_text
from emotion_ros.files.content import foreign_content, why_missing


def zipped(name: str) -> bytes:
    """Return a zip file with one empty part."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as file:
        file.writestr(name, '')
    return buffer.getvalue()


@pytest.mark.parametrize(
    ('head', 'problem'),
    [
        (b'', ''),
        (b'image,emotion\n', ''),
        (zipped('[Content_Types].xml'), 'is a file of an office program: save it as CSV'),
        (zipped('docProps/app.xml'), 'is a file of an office program'),
        (zipped('a.txt'), 'is packed with zip: unpack it first'),
        (b'\xd0\xcf\x11\xe0\xa1\xb1', 'is a file of an office program'),
        (b'version https://git-lfs.github.com/spec/v1\n', 'git lfs pull'),
        (b'\n<!DOCTYPE html><html>Virus scan warning', 'is a web page'),
        (b'\x1f\x8b\x08', 'is packed with gzip'),
        (b'PAR1', 'is a Parquet file'),
        (b'\x89HDF\r\n', 'export the network as ONNX'),
    ],
)
def test_what_a_file_is(head: bytes, problem: str) -> None:
    assert problem in foreign_content(head)
    assert bool(problem) == bool(foreign_content(head))


@pytest.mark.parametrize(
    ('name', 'problem'),
    [
        ('labels.csv', 'no such file or folder'),
        ('C:/labels.csv', 'no such file or folder'),
        ('https://host/x.mcap', 'curl -fLO https://host/x.mcap'),
        ('s3://bucket/bag', 'aws s3 cp s3://bucket/bag . --recursive'),
        ('gs://bucket/x.mcap', 'gcloud storage cp gs://bucket/x.mcap .'),
        ('file:///data/bag', 'give the path, /data/bag'),
        ('sftp://robot/bag', 'copy the file to this machine first'),
    ],
)
def test_an_address_is_no_path(name: str, problem: str) -> None:
    assert why_missing(Path(name)).endswith(problem)
    assert why_missing(name).endswith(problem)


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16'])
@pytest.mark.parametrize('line_end', ['\n', '\r\n', '\r'])
def test_text_as_windows_and_macos_write_it(tmp_path: Path, encoding: str, line_end: str) -> None:
    file = tmp_path / 'text'
    file.write_bytes(f'é{line_end}b{line_end}'.encode(encoding))
    assert read_text(file) == 'é\nb\n'


def test_another_encoding_has_a_remedy() -> None:
    with pytest.raises(ConfigError) as error:
        decode_text(b'a\nit\x92s\n', 'my file.txt')
    assert str(error.value) == (
        "my file.txt: is not UTF-8 (line 2): iconv -f WINDOWS-1252 -t UTF-8 'my file.txt' > NEW"
    )
    with pytest.raises(ConfigError, match='is a PDF'):
        decode_text(b'%PDF-1.4', 'a.pdf')
