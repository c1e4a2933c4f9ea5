"""Facts become groups, verdicts and edits: plain data that can be printed and serialised."""
