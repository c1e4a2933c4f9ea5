"""Serve a model file with llama.cpp: ``python servers_engine.py MODEL.gguf PORT``.

Runs in the servers' environment; xllamacpp has llama.cpp's own HTTP server in it.
"""

from __future__ import annotations

import signal
import sys

import xllamacpp


def main(model: str, port: str) -> None:
    """Serve until a signal arrives."""
    settings = xllamacpp.CommonParams()
    settings.model.path = model
    settings.model_alias = {"tiny"}
    settings.hostnames = ["127.0.0.1"]
    settings.port = int(port)
    settings.n_ctx = 8192
    settings.n_parallel = 1
    settings.use_jinja = True
    settings.sampling.temp = 0
    settings.sampling.seed = 1
    # Two threads wait for each other where cores are shared: calls stall for seconds.
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    signal.pause()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
