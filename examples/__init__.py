"""Three programs that are members of a circle, to start your own from. Never part of a server."""
