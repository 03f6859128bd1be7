"""What a long scan has freed goes back to the system."""

from __future__ import annotations

import ctypes
import platform
from typing import Final

#: `M_MMAP_THRESHOLD` of mallopt(3), and the size in bytes from which an array gets memory of its own.
_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 1 << 20


def give_back_freed() -> None:
    """Make the C library (glibc) give the memory of large arrays back as soon as they are freed; elsewhere do nothing.

    Left alone it learns from the first large array that was freed to keep the next of that size in its heap, and week after week
    leaves holes there. For processes that do nothing but a scan: it holds for the whole process.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)
