"""Views: plain functions over protected observations, for schema, exports and pages."""
