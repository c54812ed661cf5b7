# SPDX-License-Identifier: MIT
"""Transcripts in files: subtitles, JSON of recognisers, annotations, tables and chats."""
