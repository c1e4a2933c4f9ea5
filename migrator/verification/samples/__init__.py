"""Samples of chat requests: taken from source, traffic, cassettes and files, and kept in files."""

from .files import read_samples, write_samples
from .sample import Answer, Sample, SampleError

__all__ = ["Answer", "Sample", "SampleError", "read_samples", "write_samples"]
