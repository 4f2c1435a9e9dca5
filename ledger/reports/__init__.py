"""Figures made into documents."""
