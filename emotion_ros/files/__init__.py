# SPDX-License-Identifier: MIT
"""Reading checked documents, writing whole files, finding packaged ones."""
