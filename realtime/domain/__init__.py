"""The rules of a meeting. Pure: standard library only, no clock, no I/O, no words people say."""
