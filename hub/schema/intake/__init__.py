"""The schema of agencies and stewards: submitting, signing off, releasing."""
