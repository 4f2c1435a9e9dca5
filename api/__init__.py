"""The HTTP door: events in, reads out."""
