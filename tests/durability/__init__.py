"""What is acknowledged stays, whatever ends without warning: the service, or the database under it."""
