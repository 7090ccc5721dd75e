"""What the functions need on this machine: their binaries, the engine under them, and a stop on every signal."""

import platform
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from play import ROOT

#: AWS's word for the processor of this machine.
ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
#: How many seconds a process may take to stop.
STOP = 20


class NotStarted(SystemExit):
    """What did not start, and the end of what it wrote."""


def binary(folder, function):
    """The binary of a function: as cargo leaves it, or as `cargo lambda build` does."""
    for path in (Path(folder, function, "bootstrap"), Path(folder, function)):
        if path.is_file():
            return path.resolve()
    sys.exit(f"{folder} has no binary of {function}: `cargo build --workspace` makes target/debug, "
             "`make build` target/lambda")


def free_port(address="127.0.0.1"):
    """A port that nobody listens to."""
    with socket.socket() as listener:
        listener.bind((address, 0))
        return listener.getsockname()[1]


def wait_for(is_ready, process, what, log, seconds=30):
    """Waits until a process that was started is ready; if it ends instead, tells the end of its log."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotStarted(f"{what} did not start: {log.read_text()[-500:].strip() or 'it wrote nothing'}")
        time.sleep(0.05)


def listens(port, address="127.0.0.1"):
    """Whether somebody listens to a port."""
    with socket.socket() as client:
        return client.connect_ex((address, port)) == 0


@contextmanager
def running(command, **options):
    """A process for the block; out of reach of the terminal's Ctrl-C, so that it is stopped in its turn."""
    options = {"stdin": subprocess.DEVNULL} | options
    process = subprocess.Popen(command, start_new_session=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def backends(address, folder):
    """The embedded engine and the pepper at an address of this machine; yields the connection's values."""
    command = [ROOT / "target/debug/klue-scim", "--port", "0", "--data", folder, "--backends", address]
    file, log = folder / "connection.env", folder / "klue-scim.log"
    with open(log, "w") as output, running(command, stdout=output, stderr=output) as process:
        wait_for(file.exists, process, "klue-scim", log)
        values = dict(line.split("=", 1) for line in file.read_text().splitlines())
        # An instance's id is the part of its keys behind `klue_`.
        yield values | {"INSTANCE": values["SCIM_API_KEY"].split("_")[1][:11]}


@contextmanager
def stopped_by_signals():
    """Ends the block, with everything in it, on Ctrl-C and on SIGTERM; what is under way then is done undisturbed."""

    def stop(number, _):
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    yield
