# SPDX-License-Identifier: MIT
"""The colcon workspace: builds the messages and links the package, when its inputs changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from environment import Environment
from machine import SetupError
from stamps import digest

# With --symlink-install an edit needs no build; a new, moved or deleted file does.
CONTENT = ('CMakeLists.txt', 'package.xml', 'msg/*.msg', 'srv/*.srv', 'action/*.action')
NAMES = ('emotion_ros/**/*', 'launch/**/*', 'config/**/*', 'scripts/*')


class Workspace:
    """The checkout at ``root``, built into folders whose names end in ``suffix``."""

    def __init__(self, root: Path, suffix: str) -> None:
        self.root = root
        self.build, self.install, self.log = (
            root / f'{folder}{suffix}' for folder in ('build', 'install', 'log')
        )

    def inputs(self) -> str:
        """Return a digest of everything that makes a build necessary when it changes."""
        content = [file for pattern in CONTENT for file in sorted(self.root.glob(pattern))]
        names = [file for pattern in NAMES for file in sorted(self.root.glob(pattern))]
        kept = [str(file) for file in names if '__pycache__' not in file.parts]
        return digest([str(self.root), *(file.read_bytes() for file in content), *kept])

    def colcon_build(self, environment: Environment) -> None:
        """Run colcon build, unless the last one had the same inputs and is still there."""
        inputs = self.inputs()
        setup = self.install / 'setup.bash'
        if setup.exists() and environment.stamps.is_current('workspace', inputs):
            return
        print('building the messages with colcon (about a minute the first time)', flush=True)
        variables = environment.variables()
        variables['AMENT_PREFIX_PATH'] = variables['CMAKE_PREFIX_PATH'] = str(environment.path)
        log = environment.path / 'build.log'
        with log.open('wb') as output:
            command = self._command(environment)
            done = subprocess.run(
                command, cwd=self.root, env=variables, stdout=output, stderr=subprocess.STDOUT
            )
        if done.returncode:
            raise SetupError(f'colcon build failed (output: {log})')
        self.remove_dead_links()
        environment.stamps.record('workspace', inputs)

    def remove_dead_links(self) -> None:
        """Remove what an earlier --symlink-install left of files that have moved since."""
        for path in sorted(self.install.rglob('*'), reverse=True):  # files before their folder
            if path.is_symlink() and not path.exists():
                path.unlink()
            elif path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
                path.rmdir()

    def _command(self, environment: Environment) -> list[str]:
        colcon = [str(environment.path / 'bin' / 'colcon'), '--log-base', str(self.log), 'build']
        folders = ['--build-base', str(self.build), '--install-base', str(self.install)]
        python = f'-DPython3_EXECUTABLE={environment.python}'
        cmake = ['--cmake-args', python, '-DBUILD_TESTING=OFF']
        return [*colcon, '--symlink-install', '--base-paths', str(self.root), *folders, *cmake]
