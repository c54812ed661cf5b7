# SPDX-License-Identifier: MIT
"""Write interface_hashes.json: ``python test/ros/record_interface_hashes.py`` after a build.

Only together with a new minor version in package.xml: who subscribes must be rebuilt.
"""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ament_index_python.packages import get_package_share_directory

RECORD = Path(__file__).with_name('interface_hashes.json')


def built_hashes() -> dict[str, str]:
    """Return the RIHS01 hash of every interface in the installed package, by its name."""
    hashes = {}
    share = Path(get_package_share_directory('emotion_ros'))
    for path in (
        path for kind in ('msg', 'srv', 'action') for path in share.glob(f'{kind}/*.json')
    ):
        for entry in json.loads(path.read_text())['type_hashes']:
            if entry['type_name'].startswith('emotion_ros/'):
                hashes[entry['type_name']] = entry['hash_string']
    return dict(sorted(hashes.items()))


def renewed(record: dict[str, Any], messages: dict[str, str], version: str) -> dict[str, Any]:
    """Return the new record; SystemExit when messages changed within one minor version."""
    if record['messages'] != messages and minor(record['version']) == minor(version):
        raise SystemExit(f'messages changed since {version}: raise the minor version first')
    return {'version': version, 'messages': messages}


def minor(version: str) -> list[str]:
    """Return the first two numbers of a version."""
    return version.split('.')[:2]


if __name__ == '__main__':
    PACKAGE = ElementTree.parse(Path(__file__).parents[2] / 'package.xml')
    new = renewed(
        json.loads(RECORD.read_text()), built_hashes(), PACKAGE.findtext('version') or ''
    )
    RECORD.write_text(json.dumps(new, indent=2) + '\n')
