"""Imported by the process that workers are forked from (`service.warm`): brings in all they would load themselves."""

from __future__ import annotations

from contextlib import suppress

from pydantic import ValidationError

import service.main  # noqa: F401  its imports are what the workers share
from risk_model.errors import ArtifactError
from service import warm
from service.served import model_folder
from service.settings import Settings

# What is wrong is said by the workers, where it is logged and answered.
with suppress(ArtifactError, ValidationError):
    warm.share(model_folder(Settings()))
