"""How fast and how large migrator is, side by side with peers; ``python -m benchmarks.run``."""
