"""The scoring service under load."""
