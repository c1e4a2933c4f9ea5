"""Plans are applied here: byte splices where that is enough, LibCST inside a call."""
