"""The commands behind ``hub``, a module per subject. Each is a thin door to a room."""
