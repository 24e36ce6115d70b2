"""Accounts, the audit log and the health of the installation."""
