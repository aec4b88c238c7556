"""One client of the room, for programs: the demonstration, tests, load, and those of other people.

Holds no behaviour and no rule; `docs/clients.md` says how it is used.
"""

from realtime.client.connection import ConnectRefused, OldClient, RoomClosed
from realtime.client.invited import NotInvited, come_by, remembered
from realtime.client.room import Ack, NotInTime, RoomClient
from realtime.client.staying import Visit, stay

__all__ = [
    "Ack",
    "ConnectRefused",
    "NotInTime",
    "NotInvited",
    "OldClient",
    "RoomClient",
    "RoomClosed",
    "Visit",
    "come_by",
    "remembered",
    "stay",
]
