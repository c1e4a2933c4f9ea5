"""The commands: options in, one call, output out."""
