"""What the fusion is fitted on."""
