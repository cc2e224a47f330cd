"""Parts of the benchmark of memory."""
