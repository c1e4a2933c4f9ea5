"""Evidence that a rewritten program behaves as before: emulator, converter, program runs."""
