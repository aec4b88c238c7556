"""What `lingkar` does besides serving: circles, members, invitations, backups, checks."""
