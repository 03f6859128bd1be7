"""How fast, how large, and against what: `python -m benchmarks.speed`."""

import os

# Before numpy is loaded: every peer gets one core.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
