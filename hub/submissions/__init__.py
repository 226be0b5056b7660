"""Submissions: immutable revisions of a return, their states, the agency's sign-off."""
