"""The command line; no physics in here."""
