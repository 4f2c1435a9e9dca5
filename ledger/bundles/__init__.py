"""Evidence bundles: entries with everything it takes to check them offline, as docs/bundle.md describes them."""
