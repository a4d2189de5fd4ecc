"""The stack file: its options, their rules and defaults, read once."""
