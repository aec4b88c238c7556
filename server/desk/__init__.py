"""The organiser's desk: the instance itself, its circles, facilitators, invitations and bans."""
