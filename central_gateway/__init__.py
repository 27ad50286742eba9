"""The central gateway: the service of the province that counters sync with. It imports nothing of the desktop program."""
