"""A province to try the program on: catalogue, staff and some 20,000 dossiers of invented people, from a seed."""
