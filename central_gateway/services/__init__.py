"""What the gateway does, free of HTTP: each function takes a connection or the Database."""
