#!/usr/bin/env python3
"""Checks that target/lambda has what a stage needs, and prints how large each binary is.

Usage: python infra/check_binaries.py [x86_64|arm64]    (packages: none)

For each folder in functions/ there has to be a bootstrap for the processor, which is this machine's unless said
otherwise, and which asks for no symbol of glibc that Amazon Linux 2023 does not have. SAM checks nothing of that: a
stack with such a function is deployed, and fails when it is called.
"""

import platform
import re
import sys
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
GLIBC = (2, 34)


def findings(binary, architecture):
    """What is wrong with the content of a file that should be a function."""
    if binary[:4] != b"\x7fELF":
        yield "is no Linux program"
        return
    machine = MACHINES.get(int.from_bytes(binary[18:20], "little"), "another processor")
    if machine != architecture:
        yield f"is built for {machine}, not {architecture}"
    versions = {(int(major), int(minor)) for major, minor in re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?:\.\d+)?(?=\0)", binary)}
    if not versions:
        yield "names no version of glibc"
    for major, minor in sorted(version for version in versions if version > GLIBC):
        yield f"needs glibc {major}.{minor}; Amazon Linux 2023 has {GLIBC[0]}.{GLIBC[1]}"


def main():
    here = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    architecture = sys.argv[1] if len(sys.argv) > 1 else here
    if architecture not in MACHINES.values():
        return f"{architecture} is no processor that Lambda has: {' or '.join(MACHINES.values())}"
    wrong, total = [], [0, 0]
    print(f"{'function':<26}{'binary':>10}{'zip':>10}   KiB")
    for name in sorted(folder.name for folder in (ROOT / "functions").iterdir()):
        file = ROOT / "target" / "lambda" / name / "bootstrap"
        if not file.exists():
            wrong.append(f"{name} is not built")
            continue
        binary = file.read_bytes()
        sizes = [len(binary) // 1024, len(zlib.compress(binary)) // 1024]
        total = [each + size for each, size in zip(total, sizes)]
        print(f"{name:<26}{sizes[0]:>10,}{sizes[1]:>10,}")
        wrong += [f"{name} {finding}" for finding in findings(binary, architecture)]
    print(f"{'':<26}{total[0]:>10,}{total[1]:>10,}")
    return "\n".join([*wrong, "`make build` builds them."]) if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
