"""Packs as they are read from their files."""
