"""Types that ClustPy names in annotations."""

Weights = WeightsEnum = object
