"""Bytes in, text and positions out."""
