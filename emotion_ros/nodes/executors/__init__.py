# SPDX-License-Identifier: MIT
"""How the callbacks of the nodes are served."""
