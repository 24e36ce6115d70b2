"""Importing a roster."""
