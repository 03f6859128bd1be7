"""Model folders: save, load, verify; which version is served."""

from risk_model.artifact.parameters import Parameters, Thresholds
from risk_model.artifact.registry import Registry, default_registry
from risk_model.artifact.store import FORMAT, MANIFEST, WEIGHTS, Artifact, load, pack, read_manifest, rounded, save

__all__ = [
    "FORMAT",
    "MANIFEST",
    "WEIGHTS",
    "Artifact",
    "Parameters",
    "Registry",
    "Thresholds",
    "default_registry",
    "load",
    "pack",
    "read_manifest",
    "rounded",
    "save",
]
