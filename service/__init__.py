"""The HTTP service and the desk."""
