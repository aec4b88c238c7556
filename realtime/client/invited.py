"""From an invitation to a seat, as a person does it: the link, a name, the promise.

A program is a member like any other, under a name that everybody in the circle sees. Declines to
come in by any other way, and to keep anything but its own sign-in.
"""

from __future__ import annotations

import json
import os
import re
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from realtime.client.staying import Visit

TOKEN = re.compile(r'name="_token"[^>]*value="([^"]+)"')
SIGN_IN = "lingkar"


class NotInvited(Exception):
    """The invitation let nobody in, or the name is not to be had. Names neither."""


async def come_by(link: str, name: str, *, trust: ssl.SSLContext | None = None) -> Visit:
    """Use an invitation (`https://…/u#…`) once and return who one is from now on.

    Raises NotInvited, or `httpx.HTTPError` where nothing answers.
    """
    address = urlsplit(link)
    base = f"{address.scheme}://{address.netloc}"
    async with httpx.AsyncClient(
        base_url=base, follow_redirects=True, trust_env=False, verify=trust or True
    ) as browser:
        answer = await browser.post("/u/tukar", json={"secret": address.fragment})
        if answer.status_code != httpx.codes.OK:
            raise NotInvited("the invitation does not work")
        path = str(answer.json()["to"])
        asked = await browser.get(path, params={"langkah": "nama"})
        for step in ({"name": name}, {"promise": "yes"}):
            token = TOKEN.search(asked.text)
            if token is None:
                raise NotInvited("no way in from there")
            asked = await browser.post(path, data={"_token": token[1], **step})
        if not asked.url.path.endswith(("/tunggu", "/ruang")):
            raise NotInvited("another name, or a circle that is full")
        kept = [one for one in browser.cookies.jar if one.name.removeprefix("__Host-") == SIGN_IN]
    return Visit(base, path.split("/")[2], f"{kept[0].name}={kept[0].value}", trust=trust)


async def remembered(
    file: Path, link: str, name: str, *, trust: ssl.SSLContext | None = None
) -> Visit:
    """The same, and the sign-in is kept in that file: the next start needs no invitation.

    Whoever can read the file is that member, so it is for its owner alone.
    """
    if not file.exists():
        visit = await come_by(link, name, trust=trust)
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w") as out:
            out.write(json.dumps([visit.base_url, visit.slug, visit.cookie]))
    base_url, slug, cookie = json.loads(file.read_text())
    return Visit(base_url, slug, cookie, trust=trust)
