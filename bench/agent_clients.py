"""The clients of bench/clients.ts: ten in one process, until standard input closes; prints the number of answers."""

from __future__ import annotations

import sys
import threading
import time

import numpy as np
from mirrorflow_bridge.agent import RemoteAgent

CLIENTS = 10
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
agents = [RemoteAgent(endpoint=sys.argv[1]) for _ in range(CLIENTS)]
print("ready", flush=True)
obs, answers, slowest = np.zeros(4, np.float32), 0, 0.0
while not ended.is_set():
    # All ten ask at once, then all ten hear.
    started = time.perf_counter()
    ids = [agent.connection.send("act", obs=obs) for agent in agents]
    for agent, id in zip(agents, ids, strict=True):
        agent.connection.receive(id)
    slowest = max(slowest, time.perf_counter() - started)
    answers += CLIENTS
print(answers, slowest * 1000, flush=True)
