"""What the compass of speed is read from."""
