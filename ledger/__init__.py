"""The safeguarding-activity ledger: what three agencies did when a child was harmed, recorded once and provable."""
