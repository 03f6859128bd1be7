"""Studies of quality."""
