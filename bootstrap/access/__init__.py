"""Who may preview and deploy the stacks of an account, and how far each may go."""
