"""The records of a contender, read from its SQLite file while it runs."""

import sqlite3


class RelayLedger:
    """Postback's own ledger: it keeps count by destination."""

    COUNTS = "SELECT coalesce(sum(pending), 0), coalesce(sum(delivered), 0) FROM destination_counts"

    def __init__(self, path):
        self.path = path

    def counts(self):
        """Deliveries that are pending, and that are recorded as delivered."""
        return self.rows(self.COUNTS)[0]

    def rows(self, statement):
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()


class PlainLedger(RelayLedger):
    """The tables of the prototype and of the Python relay. Counting walks an index, so it is for the end of a drain."""

    COUNTS = "SELECT count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE status = 'delivered') FROM deliveries"
