"""The only bridge from raw to protected: prepare, protect, approve, publish."""
