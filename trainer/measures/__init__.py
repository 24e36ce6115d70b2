"""Pure statistics: numbers in, numbers out; every function names the source of its formula."""
