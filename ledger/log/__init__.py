"""The log: an RFC 9162 tree over bytes, its proofs, and the C2SP texts that sign and carry them. It has never heard of an event."""
