"""The pages round a meeting: the door, the room, going home. The meeting itself is elsewhere."""
