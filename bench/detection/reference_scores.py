#!/usr/bin/env python3
"""Writes tests/rules/kinds/metric_reference.inc: scores of the reference of detection.md 1.1 on a made-up series.

    reference_scores.py SHARED > tests/rules/kinds/metric_reference.inc

The series is made of whole numbers, so that C++ makes the same one (metric_model_test.cc: MadeUp).
"""

import os
import sys


def made_up(count):
    """A daily wave with noise; a spike, a level that stays, a flat stretch."""
    state = 7
    for i in range(count):
        state = (state * 1103515245 + 12345) % 2147483648
        noise = (state >> 16) % 100 / 10.0
        quarter = i % 288
        value = 100.0 + (quarter if quarter < 144 else 288 - quarter) / 4.0 + noise
        if i == 1500:
            value += 90.0
        if i >= 2200:
            value += 40.0
        if 2700 <= i < 2760:
            value = 150.0
        yield i * 300, value


def main():
    sys.path.insert(0, os.path.join(sys.argv[1], "tools", "detection"))
    from metric_reference import Detector
    detector = Detector(450)
    print("// Made by bench/detection/reference_scores.py: {sample, score, 1 if it alerts}.")
    for i, (seconds, value) in enumerate(made_up(3000)):
        score, alert = detector.step(seconds, value)
        if alert or i % 23 == 0:
            print("{%d, %.6f, %d}," % (i, score, alert > 0))


if __name__ == "__main__":
    main()
