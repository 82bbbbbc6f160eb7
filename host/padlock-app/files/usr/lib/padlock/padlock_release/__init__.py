"""Brings a release of the app up beside the old one, swaps them, and takes the old one down."""
