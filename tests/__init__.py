"""The tests mirror the rooms of the house; conformance/ and properties/ stand beside them."""
