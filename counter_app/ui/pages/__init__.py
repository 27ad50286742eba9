"""Pages: for each a passive view and a presenter that decides."""
