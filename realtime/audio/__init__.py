"""Sound: who may be heard, and the relay that forwards it. Never imports the pages."""
