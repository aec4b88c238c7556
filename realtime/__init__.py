"""The live room: meetings, the stick, words in passing. Never imports `server`."""
