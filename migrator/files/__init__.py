"""Which files, their bytes in and their bytes out."""
