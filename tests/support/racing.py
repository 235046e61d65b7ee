"""Many requests at the same moment, each on a database connection of its own."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, connections


def at_once(actions: Sequence[Callable[[], object]]) -> list[object]:
    """Starts all actions at the same moment; returns what each answered or raised."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        try:
            # Connecting first, so that nobody is early because others still connect.
            connection.ensure_connection()
            barrier.wait()
            return action()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def outcomes(answers: Sequence[object]) -> Counter[str]:
    """Returns how often each type of answer or error was given."""
    return Counter(type(answer).__name__ for answer in answers)
