"""Everything somebody else may change, as dated TOML packs."""
