"""A browser without a window: follows redirects between hub and provider, keeps cookies."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

Jar = dict[str, dict[str, str]]


@dataclass
class Browsing:
    """Talks to the hub in process and to the provider over the network, as one browser.

    A real one takes the hub's ``Secure`` cookies on a loopback address too; httpx2 would not,
    so the jar is kept here.
    """

    hub: httpx2.AsyncClient
    address: str
    jar: Jar = field(default_factory=dict)
    seen: list[httpx2.Response] = field(default_factory=list)

    async def get(self, url: str) -> httpx2.Response:
        """Get one page, without going on."""
        return await self._send("GET", url)

    async def post(self, url: str, form: dict[str, str]) -> httpx2.Response:
        """Post a form of the page at the same address, as a browser would."""
        return await self._send("POST", url, form)

    async def go(self, url: str) -> httpx2.Response:
        """Get a page and follow every redirect between the two."""
        return await self._follow(await self.get(url))

    async def sign_in(
        self, name: str, *, second_factor: bool = True, to: str = "/", afresh: bool = False
    ) -> httpx2.Response:
        """Sign in at the provider under a name; gives the page that the hub leads to."""
        page = await self.go(f"{self.address}/sign-in?to={to}" + ("&afresh=1" if afresh else ""))
        form = {"login": name} | ({"second": "yes"} if second_factor else {})
        return await self._follow(await self.post(str(page.url), form))

    def cookie(self, name: str) -> str | None:
        """Tell the value of one of the hub's cookies."""
        return self.jar.get(urlsplit(self.address).netloc, {}).get(name)

    async def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        for _ in range(12):
            if not answer.is_redirect:
                return answer
            answer = await self.get(urljoin(str(answer.url), answer.headers["location"]))
        raise AssertionError("redirected for ever")

    async def _send(
        self, method: str, url: str, form: dict[str, str] | None = None
    ) -> httpx2.Response:
        own = self.jar.setdefault(urlsplit(url).netloc, {})
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in own.items())} if own else {}
        if form is not None:
            headers |= {
                "Origin": f"{urlsplit(url).scheme}://{urlsplit(url).netloc}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
        if url.startswith(self.address):
            answer = await self.hub.request(method, url, data=form, headers=headers)
        else:
            async with httpx2.AsyncClient() as network:
                answer = await network.request(method, url, data=form, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            self._keep(own, line)
        self.seen.append(answer)
        return answer

    @staticmethod
    def _keep(own: dict[str, str], line: str) -> None:
        name, _, value = line.partition(";")[0].partition("=")
        if not value or "max-age=0" in line.lower() or "expires=Thu, 01 Jan 1970" in line:
            own.pop(name.strip(), None)
        else:
            own[name.strip()] = value.strip('"')


def query(address: str) -> dict[str, str]:
    """Read an address's query; every parameter once."""
    found = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}
