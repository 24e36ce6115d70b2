"""Which device and network a request comes from, as far as an exam needs to know."""

from functools import lru_cache
from hashlib import blake2b

BROWSERS = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Windows", "Windows"), ("Android", "安卓手机"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "Mac"), ("Linux", "Linux"))


def client_words(agent: str, address: str) -> str:
    """The browser, the system and the address, for people."""
    names = [next((word for sign, word in table if sign in agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(part for part in (*names, address) if part)


@lru_cache(4096)
def client_mark(agent: str, address: str) -> str:
    """The same for the same device and address, and saying nothing by itself."""
    return blake2b(client_words(agent, address).encode(), digest_size=16).hexdigest()
