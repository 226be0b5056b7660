"""Exchanging a code at the provider: what gives no ID token lets nobody in."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.auth.oidc.fetching import Fetching
from hub.auth.oidc.id_tokens import IdTokens
from hub.auth.oidc.keysets import KeySet
from hub.auth.oidc.profile import Profile
from hub.auth.oidc.provider import Provider
from hub.auth.sign_ins import Secrets
from hub.errors import ProviderError

from ..conftest import StillClock

ISSUER = "https://login.example.org"


@pytest.mark.parametrize("answer", [{}, {"id_token": None}, {"id_token": ["a.b.c"]}], ids=str)
async def test_an_answer_without_an_id_token_lets_nobody_in(
    answer: dict[str, Any], clock: StillClock
) -> None:
    profile = Profile(
        issuer=ISSUER,
        client_id="the-hub",
        authorization_endpoint=f"{ISSUER}/authorize",
        token_endpoint=f"{ISSUER}/token",
        jwks_uri=f"{ISSUER}/keys",
        algorithm="ES256",
        secret_file=Path("unused"),
    )
    fetching = Fetching(httpx2.MockTransport(lambda _: httpx2.Response(200, json=answer)))

    async def keys() -> dict[str, Any]:
        return {"keys": []}

    tokens = IdTokens(profile, KeySet(keys, "ES256", clock), clock)
    provider = Provider(profile, "https://hub.test/cb", "secret", fetching, tokens, clock)
    with pytest.raises(ProviderError):
        await provider.identify("code", Secrets("key"))
    await provider.close()
