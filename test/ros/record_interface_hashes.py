"""Write interface_hashes.json: ``python test/ros/record_interface_hashes.py`` after a build.

Only together with a new minor version in package.xml: who subscribes must be rebuilt.
"""

import json
from pathlib import Path

from ament_index_python.packages import get_package_share_directory

RECORD = Path(__file__).with_name('interface_hashes.json')


def built_hashes() -> dict[str, str]:
    """Return the RIHS01 hash of every message in the installed package, by its name."""
    hashes = {}
    for path in Path(get_package_share_directory('emotion_ros'), 'msg').glob('*.json'):
        for entry in json.loads(path.read_text())['type_hashes']:
            if entry['type_name'].startswith('emotion_ros/'):
                hashes[entry['type_name']] = entry['hash_string']
    return dict(sorted(hashes.items()))


if __name__ == '__main__':
    RECORD.write_text(json.dumps(built_hashes(), indent=2) + '\n')
