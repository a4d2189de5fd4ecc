"""The stack on this machine: the same program against an emulated AWS."""
