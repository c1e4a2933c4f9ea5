"""From paths to findings: reading, planning, suppressions and selection."""
