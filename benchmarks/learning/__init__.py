"""Studies of the learning loop."""
