"""Reports of a comparison: terminal, Markdown, JSON, JUnit and one HTML page."""
