"""HTTP in, HTTP out: thin."""
