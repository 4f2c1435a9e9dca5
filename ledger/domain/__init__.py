"""What can happen and what must hold: one module per record. Importing this package fills the register."""

from ledger.domain import agency
from ledger.domain.general import register_general_events

register_general_events()

__all__ = ["agency"]
