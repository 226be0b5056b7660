"""The readers' schema: published figures only; no mutation, no raw type."""
