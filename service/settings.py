"""Settings of the service: environment variables with the prefix `PETITION_RISK_`, checked once at the start."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

#: The contract of `POST /api/v1/score`; more than this belongs into an upload.
MOST_ITEMS: Final = 500

Positive = Annotated[int, Field(gt=0)]


class Settings(BaseSettings):
    """What an office may set; every default is safe for one machine without configuration.

    >>> Settings(data_dir="/srv/risk").url
    'sqlite:////srv/risk/petition-risk.sqlite3'
    """

    model_config = SettingsConfigDict(env_prefix="PETITION_RISK_", frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on.")
    workers: int = Field(default=1, ge=1, le=64, description="Worker processes; they share nothing but the database.")
    data_dir: Path = Field(default=Path("petition-risk-data"), description="Folder of the embedded database.")
    database_url: str = Field(default="", description="`postgresql+psycopg://…`; empty: SQLite inside `data_dir`.")
    models: Path | None = Field(default=None, description="Folder of models; empty: the released ones.")
    model: str | None = Field(default=None, description="Version to serve; empty: the one `CURRENT` names.")
    training_data: Path | None = Field(
        default=None, description="Folder of labelled CSV files that candidates learn from, too."
    )
    locked_set: Path | None = Field(
        default=None, description="Labelled CSV that candidates are judged by; never trained on."
    )
    auth: Literal["on", "off"] = Field(
        default="on", description="`off` lets everybody on this machine in; loopback only."
    )
    example: bool = Field(default=False, description="Every page says that the letters are invented.")
    scans: Path | None = Field(default=None, description="Folder of weekly scans; empty: `scans` inside `data_dir`.")
    scan_day: Literal["off", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field(
        default="mon", description="Day on which the week before is scanned; `off`: only when somebody asks."
    )
    scan_hour: int = Field(default=2, ge=0, le=23, description="Hour of that day, in the office's time.")
    lot_day: Literal["off", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field(
        default="mon", description="Day on which the lot of the week before is drawn; `off`: only when somebody asks."
    )
    lot_hour: int = Field(default=3, ge=0, le=23, description="Hour of that day, in the office's time.")
    lot_size: int = Field(default=30, ge=1, le=500, description="Letters of a weekly lot.")
    timezone: str = Field(default="Asia/Shanghai", description="Where the office is: decides what day it is.")
    due_soon_days: int = Field(default=5, ge=0, le=60, description="A date this near counts as due soon.")
    max_body_bytes: Positive = Field(
        default=8 * 2**20, description="Longest request body; 500 letters of 5,000 characters."
    )
    max_upload_bytes: Positive = Field(default=64 * 2**20, description="Largest table that can be uploaded.")
    max_text_chars: Positive = Field(default=20_000, description="Longest title plus body of one letter.")
    body_timeout_seconds: float = Field(default=30.0, gt=0, description="Time a client has to send its whole body.")
    rate_limit: str = Field(default="1200/minute", description="Requests a key, user or address may make; per worker.")
    scoring_threads: int = Field(
        default=1, ge=1, le=16, description="Letters of how many calls are scored at the same time."
    )
    session_idle_minutes: Positive = Field(default=30, description="A session unused this long ends.")
    session_hours: Positive = Field(default=12, description="A session this old ends.")
    secure_cookies: bool = Field(
        default=False, description="Set behind HTTPS: cookies are then never sent in the clear."
    )
    public_url: str = Field(
        default="",
        description="Address by which browsers reach the service, e.g. `https://xinfang.example`; for `OIDC`.",
    )
    oidc_issuer: str = Field(default="", description="The office's OpenID provider; empty: passwords only.")
    oidc_client_id: str = Field(default="", description="What the provider calls this service.")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="The secret agreed with the provider.")
    oidc_roles_claim: str = Field(default="roles", description="Claim that tells the roles; dots lead inwards.")
    oidc_roles: dict[str, str] = Field(
        default={}, description="JSON: value of the claim to role; empty: the values are the roles' names."
    )
    trusted_proxies: str = Field(
        default="", description="Addresses whose `X-Forwarded-For` is believed; empty: nobody's."
    )
    metrics_public: bool = Field(default=False, description="Let `/metrics` be read without a key.")
    min_free_mb: int = Field(default=200, ge=0, description="Free disk below which `/readyz` says no.")
    shutdown_seconds: int = Field(
        default=30, ge=1, description="Time running requests have to finish after a stop signal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged.")

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.auth == "off" and not is_loopback(self.host):
            raise ValueError(
                "PETITION_RISK_AUTH=off is for this machine only: set PETITION_RISK_HOST to 127.0.0.1, or leave it on"
            )
        if self.database_url and not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("PETITION_RISK_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
        if self.oidc_issuer and not (self.oidc_client_id and self.public_url):
            raise ValueError(
                "PETITION_RISK_OIDC_ISSUER needs PETITION_RISK_OIDC_CLIENT_ID and PETITION_RISK_PUBLIC_URL"
            )
        ZoneInfo(self.timezone)
        return self

    @property
    def url(self) -> str:
        """The database in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'petition-risk.sqlite3'}"

    @property
    def scan_folder(self) -> Path:
        """Where weekly scans are published."""
        return self.scans or self.data_dir / "scans"

    def today(self, now: dt.datetime) -> dt.date:
        """Return the office's date at the instant `now`."""
        return now.astimezone(ZoneInfo(self.timezone)).date()


def is_loopback(host: str) -> bool:
    """Tell whether an address or name can be reached from this machine only.

    >>> [is_loopback(h) for h in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "10.1.2.3")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
