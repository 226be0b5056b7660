"""Backups of the embedded database: taken, sealed for a key that is elsewhere, put back."""
