"""Celery's side of `tintype-bench jobs`: a task that does nothing, under default settings but for the broker's address."""

import os
import sys
import time

from celery import Celery

app = Celery("noop", broker=os.environ["BROKER"])


@app.task
def noop():
    pass


def main(count: int) -> None:
    """Prints the seconds from before the first task is queued until after the last has been acknowledged."""
    client = app.connection_for_read().default_channel.client
    noop.delay()
    drain(client)
    start = time.perf_counter()
    for _ in range(count):
        noop.delay()
    drain(client)
    print(time.perf_counter() - start)


def drain(client) -> None:
    """Waits until no task waits in the queue and none is out with a worker."""
    while client.llen("celery") or client.hlen("unacked"):
        time.sleep(0.002)


if __name__ == "__main__":
    main(int(sys.argv[1]))
