# SPDX-License-Identifier: MIT
"""The dashboard and the report page."""
