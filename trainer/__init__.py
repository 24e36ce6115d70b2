"""Shanggang: training and certification of customer-service agents. Importing this package imports nothing else."""

__version__ = "0.1.0"
