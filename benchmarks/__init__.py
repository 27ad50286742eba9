"""Measurements as ratios against a raw baseline taken in the same run: machines drift, ratios do not. Not part of the tests."""
