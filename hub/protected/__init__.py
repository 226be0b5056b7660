"""The protected store: published observations. Read-only outside the release room."""
