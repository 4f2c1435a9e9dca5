"""Where the entries live: SQLite and PostgreSQL, each native, sharing one promise (`contract`)."""
