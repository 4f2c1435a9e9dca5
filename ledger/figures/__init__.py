"""The figures a partnership publishes: one module per report section; every figure shows its working."""
