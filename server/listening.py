"""The port that people come to: bound first, so that one that is taken costs a single line.

Declines to load anything else: what cannot be had should be told before the rest is read.
"""

from __future__ import annotations

import errno
import socket
import sys

if sys.platform != "win32":
    import resource


class CannotServe(Exception):
    """Something outside the program is in the way; the message is one line for a person.

    Empty where that was said already.
    """


def as_many_as_allowed() -> None:
    """Each person is an open file, and a machine's usual limit is a thousand: up to its most."""
    if sys.platform == "win32":
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    except (OSError, ValueError):
        # macOS allows less than it says; what it gives by itself has to do.
        return


def listen(host: str, port: int) -> socket.socket:
    """Bind and listen, or say in one line why not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"Port {port} is taken, perhaps by another Lingkar. Try: make run PORT={port + 1}"
        elif error.errno == errno.EACCES:
            why = f"This account may not use port {port}. Try: make run PORT=8000"
        else:
            why = f"'{host}' is not an address of this machine; check HOST."
        raise CannotServe(why) from None
