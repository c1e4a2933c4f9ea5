"""Outputs: text, JSON, SARIF, GitHub annotations, coverage and derivations."""
