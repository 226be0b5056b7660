"""Typed settings, read once from the environment (prefix ``HUB_``).

Safe by default: the production profile is the default profile.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything an operator may set. Secrets come from files or the environment, never flags."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, extra="ignore")

    env: Literal["production", "development", "demo"] = "production"
    """How strict the hub is: `demo` signs visitors in and serves on loopback only."""
    data_dir: Path = Path(".hub")
    """Embedded database, signing keys and generated credentials live below this folder."""
    database_url: SecretStr | None = None
    """A PostgreSQL of one's own (its owner login); unset means the embedded one."""
    read_database_urls: SecretStr | None = None
    """Streaming replicas for readers, with commas between; without a login, it is the hub's own."""
    issuer: str = "http://127.0.0.1:8000"
    """Issuer identifier of the hub's own tokens, and the base of absolute addresses."""
    sign_in_profile: Path | None = None
    """TOML file of the OIDC provider at which people sign in; unset means that nobody can."""
    host: str = "127.0.0.1"
    """Address to listen on; put a TLS proxy before anything but loopback."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port to listen on."""
    upload_limit: int = 10 * 1024 * 1024
    """Largest return body in bytes (security requirement H4)."""
    graphql_limit: int = 128 * 1024
    """Largest GraphQL body in bytes (security requirement H4)."""
    compile: bool = True
    """Whether documents of readers are compiled and whole answers kept; `false` leaves every
    question to the ordinary executor, with the same answers, slower."""
    answers_memory: int = Field(default=64 * 1024 * 1024, ge=0)
    """Bytes of whole answers kept; a release never changes, so they stay true. 0 keeps none."""
    areas_memory: int = Field(default=128 * 1024 * 1024, ge=0)
    """Bytes of published figures each server process keeps, by area, so that what is asked often
    is not asked of the database. 0 keeps none."""
    audit_heads: Path | None = None
    """File that signed heads of the record are appended to, best on another machine's share."""
    audit_patience: int = Field(default=900, ge=0)
    """Seconds that signing or handing out heads may fail before nothing is written any more."""
    method_secret_file: Path | None = None
    """Holds the secret (32 bytes or more, mode 0600) that controlled rounding and cell keys draw
    by; needed only where a disclosure policy asks for these. Keep it as long as the releases."""
    protection_processes: int = Field(default=2, ge=1)
    """Processes that protect and attack a large release's linked families at the same time; never
    more than the machine has cores. What is decided does not depend on it."""
    originals_key: Path | None = None
    """File with the public key (`hub backup-key`) that bodies of returns are kept sealed for;
    unset: of what an agency sent only the content hash is kept."""
    originals_days: int = Field(default=30, ge=1)
    """Days after which such an original is deleted."""
    requests_per_minute: int = Field(default=6_000, ge=1)
    """Requests one client may make; a GraphQL document not met before counts as six (H10)."""
    rows_per_minute: int = Field(default=2_000_000, ge=1)
    """Rows that one client's queries may ask for, as priced before they run (H10)."""
    address_requests_per_minute: int = Field(default=30_000, ge=1)
    """Requests one network address may make, whoever they are from (H10)."""
    failed_proofs_per_minute: int = Field(default=120, ge=1)
    """Wrong secrets or assertions for one client from one address; ten times as many in all."""
    processes: int = Field(default=1, ge=1)
    """How many hub processes share the load, on all machines; each allows its part of every rate.
    `hub serve --workers` counts its own."""
    scan_areas: int = Field(default=60, ge=1)
    """Areas, or categories, one reader may name in an hour before it is recorded as a scan."""
    scan_rows: int = Field(default=200_000, ge=1)
    """Rows one reader may ask for in an hour before it is recorded as a scan."""
    proxy: str | None = None
    """Address of the one TLS proxy whose X-Forwarded-For and -Proto are believed; unset: none."""
    webhook_networks: str = ""
    """Networks of one's own that webhooks may lead to, as `10.1.0.0/16,fd00::/8`; else none."""
    webhook_authorities: Path | None = None
    """PEM file of authorities of one's own, believed for webhooks beside the system's."""
    contacts: Path | None = None
    """CSV file `agency,address`: the mailboxes that reminders of returns go to."""
    smtp_host: str | None = None
    """Mail server for reminders; unset means that none can be sent."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """Its port."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to it is protected; `none` is for a server on this machine."""
    smtp_user: str | None = None
    """Account at the mail server, if it wants one."""
    smtp_password: SecretStr | None = None
    """Password of that account."""
    smtp_from: str | None = None
    """Sender of reminders, an e-mail address."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much of what the hub does is logged; never a reported number at any level."""


@cache
def settings() -> Settings:
    """Read the settings once; later changes of the environment have no effect."""
    return Settings()
