"""Which device and network a request comes from, as far as an exam needs to know."""

from hashlib import blake2b

from flask import request

BROWSERS = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Windows", "Windows"), ("Android", "安卓手机"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "Mac"), ("Linux", "Linux"))


def client_words() -> str:
    """The browser, the system and the address, for people."""
    agent = request.headers.get("User-Agent", "")
    names = [next((word for sign, word in table if sign in agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(part for part in (*names, request.remote_addr or "") if part)


def client_mark() -> str:
    """The same for the same device and address, and saying nothing by itself."""
    return blake2b(client_words().encode(), digest_size=16).hexdigest()
