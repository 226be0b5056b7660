"""Engine, session kinds, logins, migrations and the embedded server."""
