"""One frozen object with everything that can be set; the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

THIS_MACHINE = ("127.0.0.1", "::1")
NO_PROXY = "none"
IN_FILES = ("REDIS_URL", "DATABASE_URL", "TURN_SECRET")
"""What holds a secret, and may lie in a file that `<NAME>_FILE` names: an environment is shown
by too many tools. What the environment says itself counts before it."""


class Unreadable(Exception):
    """A file that the environment names cannot be read; the message is the variable's name."""


class Environment(BaseSettings):
    """What the environment may say. An empty variable counts as absent."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", validation_alias="HOST")
    port: int = Field(8000, ge=0, le=65535, validation_alias="PORT")
    data_dir: Path = Field(Path("data"), validation_alias="LINGKAR_DATA")
    redis_url: str | None = Field(None, validation_alias="REDIS_URL")
    redis_ca: Path | None = Field(None, validation_alias="LINGKAR_REDIS_CA")
    redis_unproven: bool = Field(False, validation_alias="LINGKAR_REDIS_UNPROVEN")
    database_url: str | None = Field(None, validation_alias="DATABASE_URL")
    public_url: str | None = Field(None, validation_alias="PUBLIC_URL")
    web_workers: int = Field(1, ge=1, le=256, validation_alias="LINGKAR_WORKERS")
    sound_workers: int = Field(1, ge=0, le=64, validation_alias="LINGKAR_SOUND_WORKERS")
    sound_port: int | None = Field(None, ge=0, le=65535, validation_alias="LINGKAR_SOUND_PORT")
    sound_host: str | None = Field(None, validation_alias="LINGKAR_SOUND_HOST")
    sound_address: str = Field("", validation_alias="LINGKAR_SOUND_ADDRESS")
    metrics_port: int | None = Field(None, ge=0, le=65535, validation_alias="LINGKAR_METRICS_PORT")
    metrics_socket: Path | None = Field(None, validation_alias="LINGKAR_METRICS_SOCKET")
    turn_urls: str = Field("", validation_alias="TURN_URLS")
    turn_secret: SecretStr | None = Field(None, validation_alias="TURN_SECRET")
    turn_seconds: int = Field(6 * 3600, ge=60, validation_alias="TURN_SECONDS")
    proxies: str | None = Field(None, validation_alias="LINGKAR_PROXIES")

    @field_validator("proxies")
    @classmethod
    def are_networks(cls, said: str | None) -> str | None:
        """Addresses and networks alone: whoever trusts everybody counts whatever anybody says."""
        if any(ip_network(one, strict=False).prefixlen == 0 for one in networks(said or "")):
            raise ValueError("that would be everybody")
        return said


@dataclass(frozen=True)
class Settings:
    """Where Lingkar listens, where it keeps things, and under which address people know it."""

    host: str = "127.0.0.1"
    port: int = 8000
    data_dir: Path = Path("data")
    redis_url: str | None = None
    """None: the embedded Valkey."""
    redis_unproven: bool = False
    """Take a Redis that hides its settings; what it keeps is then its host's word."""
    database: str | None = None
    """None: SQLite in `data_dir`."""
    public: str | None = None
    """None: this machine alone, under `localhost`."""
    web_workers: int = 1
    sound_workers: int = 1
    """0: no sound by this server; one on another machine may serve it."""
    sound_port: int | None = None
    """UDP. None: 8443, or any free one where that is taken; 0: any free one."""
    sound_host: str | None = None
    """None: where the pages are served."""
    sound_addresses: tuple[str, ...] = ()
    """Where browsers are told to find the sound; empty: the address that it listens on."""
    metrics_port: int | None = None
    """On this machine alone. None: nobody counts."""
    metrics_socket: Path | None = None
    """Where a process that `serve` started is asked for its figures; not for people to set."""
    turn_urls: tuple[str, ...] = ()
    turn_secret: str | None = field(default=None, repr=False)
    turn_seconds: int = 6 * 3600
    secret_files: tuple[Path, ...] = ()
    """In which files secrets are said to lie."""
    proxies: tuple[str, ...] = ()
    """Whose word is taken for where people come from; anybody else's changes nothing."""

    @classmethod
    def from_env(cls) -> Settings:
        """Read the environment once. Raises `Unreadable`."""
        said = Environment(**from_files(os.environ))
        # A public address without a word about its proxy: one on this machine, as most have it.
        nearby = THIS_MACHINE if said.public_url else ()
        told = None if said.proxies is None else networks(said.proxies)
        return cls(
            host=said.host,
            port=said.port,
            data_dir=said.data_dir,
            redis_url=trusting(said.redis_url, said.redis_ca),
            redis_unproven=said.redis_unproven,
            database=said.database_url,
            public=said.public_url,
            web_workers=said.web_workers,
            sound_workers=said.sound_workers,
            sound_port=said.sound_port,
            sound_host=said.sound_host,
            sound_addresses=listed(said.sound_address),
            metrics_port=said.metrics_port,
            metrics_socket=said.metrics_socket,
            turn_urls=listed(said.turn_urls),
            turn_secret=said.turn_secret.get_secret_value() if said.turn_secret else None,
            turn_seconds=said.turn_seconds,
            secret_files=tuple(Path(place) for place in files_in(os.environ).values()),
            proxies=nearby if told is None else told,
        )

    def serving_at(self, url: str, port: int) -> Settings:
        """The same, once it is known under which address and on which port it serves.

        A PUBLIC_URL that somebody set stays: a proxy in front knows its own name.
        """
        return replace(self, public=self.public or url, port=port)

    @property
    def public_url(self) -> str:
        """The address that links carry, without a slash at its end."""
        return (self.public or f"http://localhost:{self.port}").rstrip("/")

    @property
    def near(self) -> bool:
        """Whether links lead to this machine, and from any other to nowhere."""
        return (urlsplit(self.public_url).hostname or "") in ("localhost", "127.0.0.1", "::1")

    @property
    def secure(self) -> bool:
        """Whether people come over TLS, so that cookies may ask for it."""
        return self.public_url.startswith("https://")

    @property
    def database_url(self) -> str:
        """For SQLAlchemy, with an asynchronous driver."""
        if self.database is None:
            return f"sqlite+aiosqlite:///{self.data_dir / 'lingkar.db'}"
        scheme, rest = self.database.split("://", 1)
        # What hosts hand out names no driver.
        plain = {"postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg"}
        return f"{plain.get(scheme, scheme)}://{rest}"

    @property
    def origins(self) -> tuple[str, ...]:
        """Whose pages may open a socket here or send a form."""
        public = urlsplit(self.public_url)
        here = tuple(
            f"{public.scheme}://{name}:{self.port}" for name in ("localhost", "127.0.0.1", "[::1]")
        )
        return tuple(dict.fromkeys((f"{public.scheme}://{public.netloc}", *here)))


def from_files(environment: Mapping[str, str]) -> dict[str, Any]:
    """The secrets that lie in files and that the environment does not say itself."""
    found = {}
    for name, place in files_in(environment).items():
        if environment.get(name):
            continue
        try:
            found[name] = Path(place).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise Unreadable(f"{name}_FILE") from None
    return found


def files_in(environment: Mapping[str, str]) -> dict[str, str]:
    """Each secret that is said to lie in a file, and in which."""
    said = ((name, environment.get(f"{name}_FILE")) for name in IN_FILES)
    return {name: place for name, place in said if place}


def terminal_language() -> str:
    """What the terminal says of whoever sits there, like `id_ID.UTF-8`; empty: nothing."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, names), "")


def trusting(url: str | None, authority: Path | None) -> str | None:
    """The URL, and beside it whose certificates count there: it goes wherever the URL goes."""
    if url is None or authority is None or "ssl_ca_certs=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'ssl_ca_certs': str(authority)})}"


def listed(words: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(word.strip() for word in words.split(",") if word.strip())


def networks(words: str) -> tuple[str, ...]:
    """The networks that are named; `none` names none. Raises `ValueError`."""
    named = (word for word in listed(words) if word != NO_PROXY)
    return tuple(str(ip_network(word, strict=False)) for word in named)
