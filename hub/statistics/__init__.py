"""Pure arithmetic over figures: roll-up, ratios, alignment, comparability, targets, posts."""
