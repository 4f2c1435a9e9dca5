"""What stands behind the answers: heads sealed, proofs made, everything stored worked out again, and what witnesses signed."""
