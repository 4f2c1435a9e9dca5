"""The command line: everything the ledger does, for people at a terminal and for machines that read JSON."""
