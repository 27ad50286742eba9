"""Measurements as ratios against a raw baseline taken in the same run: machines drift, ratios do not. Not part of the tests."""

import counter_app as counter_app  # one thread for numpy, before it is imported: see there
