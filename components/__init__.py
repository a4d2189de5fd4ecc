"""What the stack is made of: one noun a file."""
