"""One small client of the room, for the demonstration, the tests and load. Holds no behaviour."""

from realtime.client.connection import ConnectRefused, RoomClosed
from realtime.client.room import Ack, NotInTime, RoomClient

__all__ = ["Ack", "ConnectRefused", "NotInTime", "RoomClient", "RoomClosed"]
