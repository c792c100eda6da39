"""How often a password may be tried: per account and per address, without locking the owner out."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

from app.model.change import Refusal

KEPT_MAX = 10_000
"""Accounts and addresses remembered; the one unused for longest is forgotten first."""


class _Tries:
    """Failed tries of one account or address: `left` fills up by one each `refill_s` seconds."""

    __slots__ = ("at", "left")

    def __init__(self, left: float, at: float) -> None:
        self.left, self.at = left, at


class Limit:
    """Token buckets by key: `burst` failures at once, then one each `refill_s` seconds."""

    def __init__(self, burst: int, refill_s: float) -> None:
        self._burst, self._refill_s = burst, refill_s
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def wait_s(self, key: str, now: float) -> float:
        """Seconds until a try is allowed; 0 when it is now."""
        tries = self._filled(key, now)
        return 0.0 if tries is None or tries.left >= 1 else (1 - tries.left) * self._refill_s

    def take(self, key: str, now: float) -> None:
        """Counts a try."""
        tries = self._filled(key, now)
        if tries is None:
            tries = self._tries[key] = _Tries(self._burst, now)
            if len(self._tries) > KEPT_MAX:
                self._tries.popitem(last=False)
        self._tries.move_to_end(key)
        tries.left -= 1

    def give_back(self, key: str) -> None:
        """The try was right: it does not count."""
        if key in self._tries:
            self._tries[key].left += 1

    def _filled(self, key: str, now: float) -> _Tries | None:
        tries = self._tries.get(key)
        if tries is not None:
            tries.left = min(self._burst, tries.left + max(0.0, now - tries.at) / self._refill_s)
            tries.at = now
        return tries


class Attempts:
    """The limits of signing in.

    A guesser at one address is stopped early. Guessers at many addresses are stopped by the account's own limit, which
    does not hold for whoever has signed in to this account from the same address or with the same device before: so
    the owner gets in whatever others do.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._pair = Limit(6, 30.0)
        self._address = Limit(30, 5.0)
        self._account = Limit(30, 30.0)
        self._known: OrderedDict[str, None] = OrderedDict()

    def begin(self, account: str, address: str, *, known_device: bool) -> None:
        """Counts a try. Raises TooMany when there were too many."""
        now, place = self._now(), network_of(address)
        pair = f"{account} {place}"
        limits = [(self._pair, pair), (self._address, place)]
        if not known_device and pair not in self._known:
            limits.append((self._account, account))
        wait_s = max(limit.wait_s(key, now) for limit, key in limits)
        if wait_s > 0:
            raise TooMany(wait_s)
        for limit, key in limits:
            limit.take(key, now)

    def begin_guess(self, address: str) -> None:
        """Somebody shows a secret. Raises TooMany when this address showed too many that are none."""
        wait_s = self._address.wait_s(network_of(address), self._now())
        if wait_s > 0:
            raise TooMany(wait_s)

    def fail_guess(self, address: str) -> None:
        """It was none."""
        self._address.take(network_of(address), self._now())

    def succeed(self, account: str, address: str) -> None:
        """The try was right."""
        place = network_of(address)
        pair = f"{account} {place}"
        self._pair.give_back(pair)
        self._address.give_back(place)
        self._account.give_back(account)
        self._known[pair] = None
        self._known.move_to_end(pair)
        if len(self._known) > KEPT_MAX:
            self._known.popitem(last=False)


class TooMany(Refusal):
    """Too many tries: the next one is looked at after `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too_many_attempts", "Too many attempts. Wait a moment and try again.")
        self.retry_after = round(retry_after, 1)


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network that one IPv6 customer has."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
