"""Views as files: tidy CSV, JSON, spreadsheets and pictures, from protected figures only."""
