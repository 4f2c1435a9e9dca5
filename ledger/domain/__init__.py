"""What can happen and what must hold: one module per record."""
