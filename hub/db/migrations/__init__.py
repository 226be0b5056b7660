"""Schema changes in order, as plain SQL; run by ``hub.db.migrate``, never by hand."""
