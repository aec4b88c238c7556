"""Ordinary pages, accounts, the database and the command line."""
