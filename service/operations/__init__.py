"""What IT staff do: back up, restore, purge, serve."""
