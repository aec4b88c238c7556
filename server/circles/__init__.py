"""Circles, who belongs to them, and the invitations that lead there."""
