"""The command line: one module a group, listed by the factory. Results go to standard output, all else to standard error."""
