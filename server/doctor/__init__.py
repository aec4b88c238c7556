"""`lingkar doctor`: does this place stand as it should, and what to do where it does not?

Asks every part that a place needs in the way that serving would ask it. Declines to repair
anything, and to print a secret, a name or an address of a person.
"""
