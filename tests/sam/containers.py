"""A Docker engine, and the image that functions run in.

The engine is the one that is there, or else Debian's, private to the run: its socket and its data are in the run's
folder, it touches no firewall, and it is stopped again. The image is AWS's own, or a stand-in where no registry can be
reached: this machine's C library and CA certificates, and a static busybox for what SAM does while it builds on it.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

from service import ARCHITECTURE, NotStarted, free_port, running, wait_for

REGISTRY = "https://public.ecr.aws/v2/"
AWS_IMAGE = f"public.ecr.aws/lambda/provided:al2023-{ARCHITECTURE}"
STAND_IN = "klue-scim-stand-in"
INSTALL = "apt-get install -y --no-install-recommends docker.io busybox-static"
BRIDGE = "docker0"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


class NoEngine(Exception):
    """Why no Docker engine can be had, in words."""


def docker(env, *arguments, **options):
    """Runs a docker command; what it printed, or None if it failed."""
    ran = subprocess.run(["docker", *arguments], env=env, capture_output=True, **options)
    return ran.stdout.decode().strip() if ran.returncode == 0 else None


def is_there(env):
    """Whether an engine answers."""
    return bool(shutil.which("docker") and docker(env, "version", "--format", "{{.Server.Version}}", timeout=20))


def install():
    """Installs Debian's engine, and what a stand-in image is made of, where they are missing."""
    missing = [tool for tool in ("dockerd", "busybox") if not shutil.which(tool)]
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoEngine(f"there is no {' and no '.join(missing)}; as root: {INSTALL}")
    print(f"Installing: {INSTALL}", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for refresh in (False, True):
        if refresh:
            subprocess.run(["apt-get", "update"], env=env, capture_output=True)
        installed = subprocess.run(INSTALL.split(), env=env, capture_output=True, text=True)
        if installed.returncode == 0:
            return
    raise NoEngine(f"`{INSTALL}` failed: {installed.stderr.strip()[-300:]}")


@contextmanager
def engine(folder):
    """Yields an environment in which an engine is reached, and which one it is."""
    env = dict(os.environ)
    if not is_there(env):
        install()
    if is_there(env):
        yield env, "the Docker engine that is there"
        return
    if os.geteuid() != 0:
        raise NoEngine("no Docker engine answers, and only root can start one")
    had_bridge = Path("/sys/class/net", BRIDGE).exists()
    socket, log = f"unix://{folder}/docker.sock", folder / "dockerd.log"
    command = ["dockerd", "--host", socket, "--data-root", folder / "data", "--exec-root", folder / "exec",
               "--pidfile", folder / "docker.pid", "--iptables=false", "--ip6tables=false", "--ip-forward=false",
               "--ip-masq=false"]
    env["DOCKER_HOST"] = socket
    env.pop("DOCKER_CONTEXT", None)
    try:
        with open(log, "w") as output, running(command, stdout=output, stderr=output) as process:
            try:
                wait_for(lambda: is_there(env), process, "dockerd", log)
            except NotStarted as error:
                raise NoEngine(error.code) from None
            yield env, "a private Docker engine"
    finally:
        if not had_bridge and Path("/sys/class/net", BRIDGE).exists():
            subprocess.run(["busybox", "ip", "link", "delete", BRIDGE], check=True)


@contextmanager
def image(env, binaries):
    """Yields SAM's options for the image that functions run in, and which one it is.

    A stand-in gets the libraries of the binaries.
    """
    if docker(env, "image", "inspect", AWS_IMAGE) or (registry_answers() and docker(env, "pull", AWS_IMAGE)):
        yield [], f"AWS's image {AWS_IMAGE}"
        return
    if not shutil.which("busybox"):
        raise NoEngine(f"no registry can be reached, and a stand-in image needs busybox; as root: {INSTALL}")
    if docker(env, "import", "-", STAND_IN, input=stand_in(binaries)) is None:
        raise NoEngine("the engine does not take a stand-in image")
    try:
        yield ["--invoke-image", STAND_IN], "a stand-in image: this machine's C library, not Amazon Linux"
    finally:
        # SAM's image with the emulator, which is built on it, goes as well.
        tags = docker(env, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", STAND_IN) or ""
        docker(env, "image", "rm", "--force", *tags.split())


def registry_answers():
    """Whether AWS's registry of images can be reached."""
    try:
        urllib.request.urlopen(REGISTRY, timeout=5)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def stand_in(binaries):
    """The files of a stand-in image, as an archive."""
    archive, busybox = io.BytesIO(), shutil.which("busybox")
    files = {busybox: "bin/busybox", CERTIFICATES: CERTIFICATES}
    listed = subprocess.run(["ldd", busybox, *binaries], capture_output=True, text=True).stdout
    files |= {library: library for library in re.findall(r"(/\S+) \(0x", listed)}
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for source, target in files.items():
            if os.path.exists(source):
                tar.add(os.path.realpath(source), target)
        for tool in ("sh", "mv", "chmod", "cp"):
            link = tarfile.TarInfo(f"bin/{tool}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for folder in ("tmp", "var", "var/task"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
    return archive.getvalue()


def gateway(env):
    """The address of this machine by which containers reach it."""
    network = docker(env, "network", "inspect", "bridge", "--format", "{{json (index .IPAM.Config 0)}}")
    if not network:
        raise NoEngine("the engine has no network `bridge`")
    network = json.loads(network)
    # An engine does not tell the gateway of a bridge that it has just made: it is the first address.
    address = network.get("Gateway") or str(ip_network(network["Subnet"])[1])
    try:
        free_port(address)
    except OSError:
        raise NoEngine(f"its containers reach their host at {address}, which is not this machine") from None
    return address


def remove_left(env, folder):
    """Removes the containers of this run, by the folder whose parts are mounted in them, should SAM have left any."""
    listed = docker(env, "ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Mounts}}") or ""
    for line in listed.splitlines():
        if str(folder) in line:
            docker(env, "rm", "--force", line.split()[0])
