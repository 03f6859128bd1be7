"""What the server loads in each worker."""

from __future__ import annotations

import sys

from fastapi import FastAPI

from service import logs
from service.app import create_app
from service.settings import Settings


def make_app() -> FastAPI:
    """Return the application with the settings of the environment."""
    settings = Settings()
    logs.configure(settings.log_level)
    sys.excepthook = logs.log_uncaught
    return create_app(settings)
