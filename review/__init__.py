"""What a pull request is told of a change: one comment, made from what the engine says.

It needs nothing but Python: the job that may write to a pull request installs no package for it.
"""
