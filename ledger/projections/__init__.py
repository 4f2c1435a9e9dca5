"""The questions the ledger answers: one module per question, in temporal read tables."""
