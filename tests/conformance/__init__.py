"""One promise, two engines: what every home for the entries must keep."""
