"""Who may do what: roles, the one policy table, API keys and identity tokens."""
