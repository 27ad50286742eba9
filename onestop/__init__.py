"""What the counter and the central gateway share: the entities, the pure rules and the words on the wire."""
