#!/usr/bin/env python3
"""Checks that the check of the binaries can fail.

Usage: python -m unittest infra/test_check_binaries.py    (packages: none)
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from check_binaries import findings


def program(machine, *versions):
    """As much of an ELF file as is looked at."""
    names = b"".join(b"\0GLIBC_" + version.encode() for version in versions)
    return b"\x7fELF".ljust(18, b"\0") + machine.to_bytes(2, "little") + names + b"\0"


class Findings(unittest.TestCase):
    def test_a_binary_for_amazon_linux_2023_is_fine(self):
        self.assertEqual(list(findings(program(0x3E, "2.2.5", "2.34", "2.33"), "x86_64")), [])
        self.assertEqual(list(findings(program(0xB7, "2.17"), "arm64")), [])

    def test_a_newer_glibc_is_noticed_wherever_it_stands(self):
        for versions in (["2.35", "2.34"], ["2.34", "2.35"], ["2.2.5", "2.35", "2.34"]):
            found = list(findings(program(0x3E, *versions), "x86_64"))
            self.assertEqual(found, ["needs glibc 2.35; Amazon Linux 2023 has 2.34"])

    def test_another_processor_is_noticed(self):
        self.assertEqual(list(findings(program(0x3E, "2.34"), "arm64")), ["is built for x86_64, not arm64"])

    def test_what_is_no_program_is_noticed(self):
        self.assertEqual(list(findings(b"#!/bin/sh", "x86_64")), ["is no Linux program"])


if __name__ == "__main__":
    unittest.main()
