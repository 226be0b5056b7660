"""Rules the words must keep among themselves, a module per family of rule."""
