"""Django's PostgreSQL, which asks the kernel instead of the server whether a connection lives."""

import select

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from psycopg.pq import TransactionStatus


class DatabaseWrapper(PostgreSQL):
    """Checks a kept connection, before its first use in a request, without a round trip."""

    def is_usable(self) -> bool:
        """Tells whether the server is there, as far as this machine knows.

        A server that ended, was killed or threw the session out has closed the socket, and that
        can be read from it. An idle connection has nothing else to read but notices, so that only
        then the server itself is asked. What no closed socket tells, such as a machine that
        vanished, the first statement tells as well as a `SELECT 1` before it would.
        """
        if self.connection is None or self.connection.closed:
            return False
        # After a refused statement nothing else is answered until the transaction is rolled back.
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
