"""Measures the relay beside what it is compared with, and prints one table of ratios."""
