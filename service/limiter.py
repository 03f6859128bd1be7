"""How often somebody may ask: a moving window a key, user or address, counted in this process."""

from __future__ import annotations

import time
from typing import Final

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.errors import ApiError

_NAMESPACE: Final = "requests"


class Limiter:
    """Raises 429 with `Retry-After` for who asks more often than `rate`, e.g. "1200/minute"."""

    def __init__(self, rate: str) -> None:
        self._rate = parse(rate)
        self._limits = MovingWindowRateLimiter(MemoryStorage())

    def check(self, subject: str) -> None:
        """Count one request of `subject`."""
        if self._limits.hit(self._rate, _NAMESPACE, subject):
            return
        reset = self._limits.get_window_stats(self._rate, _NAMESPACE, subject).reset_time
        raise ApiError(429, headers={"Retry-After": str(max(1, int(reset - time.time()) + 1))})
