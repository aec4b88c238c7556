"""Simulated people: for the demonstration, and for tests and load. Never part of a real circle."""
