"""Sends what is owed while the hub serves: one task in each serving process."""

import asyncio
import contextlib
import time
from pathlib import Path

import httpx2
import structlog

from hub.clock import Clock
from hub.db.engine import Database
from hub.errors import SettingsError
from hub.protected import reader
from hub.protected.releases import Audience, Release
from hub.settings import Settings
from hub.webhooks import outbox
from hub.webhooks.address import Reach, UnfitAddressError, resolve
from hub.webhooks.message import body
from hub.webhooks.outbox import Delivery, Outcome
from hub.webhooks.signing import webhook_key
from hub.webhooks.subscriptions import Webhook, webhooks

LOOK = 5.0
"""Seconds between two looks for an embargo that has ended or a pause that is over."""
SECONDS = 10.0
"""Seconds that a receiver has to answer."""
AGENT = "da-hub-webhook/1"

_log = structlog.get_logger(__name__)


def reach_of(settings: Settings) -> Reach:
    """Tell where notices may go.

    Raises:
        SettingsError: ``webhook_networks`` holds something that is no network.
    """
    networks = tuple(text.strip() for text in settings.webhook_networks.split(",") if text.strip())
    return Reach(plain=settings.env != "production", networks=networks)


class Sending:
    """Writes down what new releases owe, and delivers it."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._reach = reach_of(settings)
        self._news = asyncio.Event()
        self._owed: frozenset[tuple[str, str]] = frozenset()

    def wake(self) -> None:
        """Look at once: a release was published, perhaps by another process."""
        self._news.set()

    async def run(self) -> None:
        """Deliver until cancelled; what fails is looked at again."""
        async with self.client(self._settings.webhook_authorities) as http:
            while True:
                try:
                    await self.look(http)
                except Exception as error:
                    # The next look may do better; everything owed stands in the database.
                    _log.error("webhooks_not_sent", error_type=type(error).__qualname__)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), LOOK)
                self._news.clear()

    @staticmethod
    def client(authorities: Path | None = None) -> httpx2.AsyncClient:
        """Make what asks receivers: no redirects, no proxy or password of the environment.

        ``authorities`` are believed beside the system's: a receiver inside one's own network
        seldom has a certificate that the public ones signed.

        Raises:
            SettingsError: the file holds no certificate.
        """
        trust = httpx2.create_ssl_context(trust_env=False)
        if authorities is not None:
            try:
                trust.load_verify_locations(authorities)
            except OSError:
                raise SettingsError(
                    f"HUB_WEBHOOK_AUTHORITIES: {authorities} holds no PEM certificate."
                ) from None
        return httpx2.AsyncClient(
            follow_redirects=False, trust_env=False, timeout=SECONDS, verify=trust
        )

    async def look(self, http: httpx2.AsyncClient) -> None:
        """Write down what is owed and try what is due."""
        async with self._database.identity() as session:
            hooks = {hook.id: hook for hook in await webhooks(session)}
        if not hooks:
            return
        await self._owe(list(hooks.values()))
        async with self._database.identity() as session:
            taken = await outbox.take(session, self._clock())
        tries = [
            self._try(http, hooks[each.webhook_id], each)
            for each in taken
            if each.webhook_id in hooks
        ]
        await asyncio.gather(*tries)

    async def _owe(self, hooks: list[Webhook]) -> None:
        visible = await visible_releases(self._database)
        pairs = {
            (hook.id, release.id): release
            for hook in hooks
            for release in visible
            if release.audience is hook.audience
        }
        new = pairs.keys() - self._owed
        if new:
            async with self._database.identity() as session:
                at = self._clock()
                await outbox.owe(session, [(hook, pairs[hook, each]) for hook, each in new], at)
        self._owed = frozenset(pairs)

    async def _try(self, http: httpx2.AsyncClient, hook: Webhook, delivery: Delivery) -> None:
        started = time.perf_counter()
        status, fault = await self._post(http, hook, delivery)
        took = round((time.perf_counter() - started) * 1000)
        outcome = Outcome(status, fault, took)
        async with self._database.identity() as session:
            await outbox.settle(session, delivery, outcome, self._clock())
        _log.info("webhook", webhook=hook.id, status=status, fault=fault, number=delivery.tries)

    async def _post(
        self, http: httpx2.AsyncClient, hook: Webhook, delivery: Delivery
    ) -> tuple[int | None, str | None]:
        """Give the receiver's status, or the kind of fault; never a word of the answer."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._send(http, hook, delivery), None
        except UnfitAddressError as error:
            return None, str(error)
        except TimeoutError:
            return None, "timeout"
        except (httpx2.HTTPError, OSError, ValueError) as error:
            return None, type(error).__name__

    async def _send(self, http: httpx2.AsyncClient, hook: Webhook, delivery: Delivery) -> int:
        url = httpx2.URL(hook.url)
        address = await resolve(url.host, url.port or _PORTS[url.scheme], self._reach)
        content = body(
            self._settings.issuer, delivery.release_id, delivery.audience, delivery.published_at
        )
        at, key = self._clock(), webhook_key(self._settings.data_dir)
        headers = key.headers(delivery.id, hook.id, hook.generations(at), content, at)
        headers |= {"Content-Type": "application/json", "User-Agent": AGENT}
        # To the very address that was checked, by the name that its certificate must hold.
        headers["Host"] = url.netloc.decode("ascii")
        request = http.build_request(
            "POST",
            url.copy_with(host=str(address)),
            content=content,
            headers=headers,
            extensions={"sni_hostname": url.host},
        )
        answer = await http.send(request, stream=True)
        await answer.aclose()
        return answer.status_code


_PORTS = {"https": 443, "http": 80}


async def visible_releases(database: Database) -> list[Release]:
    """List every audience's releases that readers may see by now."""
    async with database.protected() as session:
        return [one for audience in Audience for one in await reader.releases(session, audience)]
