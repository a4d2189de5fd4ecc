"""A base image where no registry is reachable: put together from this machine's own Python.

It has a local name and label of its own, never a public one, and it is passed as `ARG BASE_IMAGE`. It
holds the interpreter and its libraries, pip, a shell (busybox), and the machine's certificates, so that `pip`
works inside a build.
"""

import configparser
import hashlib
import io
import os
import queue
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = "4"
"""Raised when what goes into the image changes."""
LABEL = "slipway.base"
HOME_MADE = "home-made"
NAME = "slipway.local/python-base"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""Where the machine's certificates are in the image."""
QUIET_SECONDS = 10
"""A pull that says nothing for so long is given up; without a network it fails sooner by itself."""
_LEFT_OUT = re.compile(
    r"(test|tests|idlelib|tkinter|lib2to3|turtledemo|pydoc_data|__pycache__|config-.*|site-packages|dist-packages"
    r"|_tkinter\..*|_test.*\.so|EXTERNALLY-MANAGED|.*\.a)"
)
_OPENED_LATE = ("libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2", "libgcc_s.so.1")
_TOOLS = ("basename", "cat", "chmod", "chown", "cp", "cut", "date", "dirname", "echo", "env", "expr", "false", "find", "grep", "head", "id", "ln", "ls", "mkdir", "mktemp", "mv", "pwd", "rm", "rmdir", "sed", "sh", "sleep", "sort", "tail", "tar", "test", "touch", "tr", "true", "wc", "xargs")  # fmt: skip  # noqa: E501 - one list
_FOLDERS = {"/tmp", "/var/tmp", "/root", "/proc", "/dev", "/sys", "/run"}  # noqa: S108 - the image's own
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


class NoBase(Exception):
    """No base image can be had: not pulled, and not put together on this machine."""


@dataclass(frozen=True)
class Base:
    """The base image that a build gets."""

    reference: str
    home_made: bool
    reason: str = ""
    """Why another stands for the wanted one; empty when none does."""


def wanted(dockerfile: Path) -> str | None:
    """The default of the Dockerfile's `ARG BASE_IMAGE`; None when it has no such argument."""
    found = re.search(r"^\s*ARG\s+BASE_IMAGE=[\"']?([^\s\"']+)", dockerfile.read_text(), re.MULTILINE | re.IGNORECASE)
    return found.group(1) if found else None


def ensure(docker: Any, image: str) -> Base:  # noqa: ANN401 - the docker SDK has no types
    """The wanted image when it is here or can be pulled, else one that is put together.

    Raises:
        NoBase: neither is possible.
    """
    if _is_here(docker, image):
        return Base(image, home_made=is_home_made(docker, image))
    ours = f"{NAME}:{sys.version_info.major}.{sys.version_info.minor}-{_fingerprint()}"
    if _is_here(docker, ours):
        return Base(ours, home_made=True, reason=f"put together earlier; `docker pull {image}` gets the real one")
    reason = _pull(docker, image)
    if reason is None:
        return Base(image, home_made=False)
    _put_together(docker, ours)
    return Base(ours, home_made=True, reason=reason)


def is_home_made(docker: Any, image: str) -> bool:  # noqa: ANN401 - the docker SDK has no types
    """Whether an image is home-made or built on one: a build inherits the label."""
    return (docker.images.get(image).labels or {}).get(LABEL) == HOME_MADE


def _is_here(docker: Any, image: str) -> bool:  # noqa: ANN401 - the docker SDK has no types
    from docker.errors import ImageNotFound  # noqa: PLC0415 - `plan` needs none

    try:
        return bool(docker.images.get(image))
    except ImageNotFound:
        return False


def _pull(docker: Any, image: str) -> str | None:  # noqa: ANN401 - the docker SDK has no types
    """Pull an image; why that failed, None when it did not."""
    from docker.errors import APIError  # noqa: PLC0415 - `plan` needs none
    from docker.utils import parse_repository_tag  # noqa: PLC0415 - the same

    told: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def pull() -> None:
        name, tag = parse_repository_tag(image)
        try:
            for event in docker.api.pull(name, tag or "latest", stream=True, decode=True):
                told.put(event)
        except APIError as error:
            told.put({"error": str(error.explanation or error)})
        told.put(None)

    threading.Thread(target=pull, daemon=True).start()
    try:
        while (event := told.get(timeout=QUIET_SECONDS)) is not None:
            if "error" in event:
                return str(event["error"])
    except queue.Empty:
        return f"its registry said nothing for {QUIET_SECONDS} s"
    return None


def _fingerprint() -> str:
    """What goes into the image, told from what is cheap to look at."""
    files = [path for path in (_interpreter(), _certificates()) if path]
    stats = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    settings = [f"{key}={value}" for key, value in sorted(_pip_settings().items())]
    return hashlib.sha256("\n".join([FORMAT, sys.version, *stats, *settings]).encode()).hexdigest()[:10]


def _interpreter() -> Path:
    return Path(sys.base_prefix, "bin", _PYTHON)


def _certificates() -> Path | None:
    told = (os.environ.get("PIP_CERT"), os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile)
    usual = (CERTIFICATES, "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
    return next((Path(path) for path in (*told, *usual) if path and Path(path).is_file()), None)


def _pip_settings() -> dict[str, str]:
    """Where this machine's pip finds packages, for builds on this machine; no file of the project gets any of it.

    Source: pip's documentation, "Configuration": these files, later ones first, and the environment before them.
    """
    home = Path.home()
    files = ["/etc/pip.conf", home / ".pip/pip.conf", home / ".config/pip/pip.conf", Path(sys.prefix, "pip.conf")]
    parser = configparser.RawConfigParser(strict=False)
    parser.read([*files, os.environ.get("PIP_CONFIG_FILE", os.devnull)], encoding="utf-8")
    found: dict[str, str] = {}
    for name in ("index-url", "extra-index-url", "trusted-host"):
        key = f"PIP_{name.upper().replace('-', '_')}"
        value = os.environ.get(key) or next(
            (parser[part][name] for part in ("install", "global") if parser.has_option(part, name)), ""
        )
        if value:
            found[key] = " ".join(value.split())
    return found


def _put_together(docker: Any, reference: str) -> None:  # noqa: ANN401 - the docker SDK has no types
    if not sys.platform.startswith("linux"):
        raise NoBase("the base image cannot be pulled, and this machine's Python is not one for Linux containers")
    name, tag = reference.rsplit(":", 1)
    environment = {"PATH": f"{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin", **_pip_settings()}
    if _certificates():
        environment |= {"PIP_CERT": CERTIFICATES, "SSL_CERT_FILE": CERTIFICATES}
    changes = [f'ENV {key}="{_quoted(value)}"' for key, value in environment.items()]
    changes += [f'LABEL {LABEL}="{HOME_MADE}"', f'LABEL slipway.python="{sys.version.split()[0]}"']
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            _write(tar, _content())
        file.seek(0)
        # In pieces: a file would be sent with a length and in chunks at once, which the daemon refuses.
        pieces = iter(lambda: file.read(1 << 20), b"")
        docker.api.import_image_from_stream(pieces, repository=name, tag=tag, changes=changes)


def _quoted(value: str) -> str:
    return re.sub(r'(["\\$])', r"\\\1", value)


Content = Mapping[str, Path | bytes | str]
"""What is where: a file of this machine, bytes (a program when in a bin), or the target of a link."""


def _content() -> Content:
    standard = set(_files(Path(os.__file__).parent))
    shell, programs = _shell()
    certificates = _certificates()
    return {
        **{str(path): path for path in {_interpreter(), *standard}},
        **_libraries({_interpreter(), *programs, *(path for path in standard if path.suffix == ".so")}),
        **_pip(),
        **shell,
        **dict.fromkeys([f"/usr/local/bin/{name}" for name in ("python", "python3", _PYTHON)], str(_interpreter())),
        **dict.fromkeys(["/usr/local/bin/pip", "/usr/local/bin/pip3"], b'#!/bin/sh\nexec python3 -m pip "$@"\n'),
        "/usr/bin/env": "/bin/env",
        "/etc/passwd": b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/tmp:/bin/sh\n",
        "/etc/group": b"root:x:0:\nnogroup:x:65534:\n",
        "/etc/nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files dns\n",
        **({CERTIFICATES: certificates} if certificates else {}),
    }


def _files(folder: Path) -> Iterator[Path]:
    for above, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _LEFT_OUT.fullmatch(name)]
        yield from (Path(above, name) for name in files if not _LEFT_OUT.fullmatch(name))


def _libraries(binaries: set[Path]) -> Content:
    """The shared libraries of some binaries: the loader at its own path, the others beside the C library.

    There the loader looks by default, wherever this machine's own configuration finds them.
    """
    told = _told(["ldd", *map(str, sorted(binaries))])
    found = {Path(path) for path in re.findall(r"=> (/\S+) \(0x", told)}
    folder = next((path.parent for path in found if path.name.startswith(("libc.so", "libc.musl"))), None)
    if folder is None:
        raise NoBase("the base image cannot be pulled, and ldd does not tell what this machine's Python needs")
    found |= {folder / name for name in _OPENED_LATE if (folder / name).exists()}
    loaders = {path: Path(path) for path in re.findall(r"^\s(/\S+) \(0x", told, re.MULTILINE)}
    return {**{str(folder / path.name): path for path in found}, **loaders}


def _pip() -> Content:
    """Pip from the wheel that `python3 -m venv` uses, which stays where that looks for it."""
    bundled = Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or Path(os.__file__).parent / "ensurepip/_bundled")
    wheels = sorted(bundled.glob("*.whl"))
    pip = next((wheel for wheel in wheels if wheel.name.startswith("pip-")), None)
    if pip is None:
        raise NoBase("the base image cannot be pulled, and this machine's Python has no venv (Debian: python3-venv)")
    site = _told([str(_interpreter()), "-I", "-c", "import site; print(site.getsitepackages()[0])"]).strip()
    with zipfile.ZipFile(pip) as archive:
        files = {f"{site}/{name}": archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    return {**files, **{str(wheel): wheel for wheel in wheels}}


def _shell() -> tuple[Content, set[Path]]:
    """A shell and the common tools, and the programs among them whose libraries are needed."""
    here = shutil.which("busybox")
    with tempfile.TemporaryDirectory(prefix="slipway-") as folder:
        if program := Path(here) if here else _busybox_from_debian(Path(folder)):
            links = dict.fromkeys([f"/bin/{applet}" for applet in _told([str(program), "--list"]).split()], "busybox")
            return {**links, "/bin/busybox": program.read_bytes()}, {program} if here else set()
    tools = {f"/bin/{name}": Path(path) for name in _TOOLS if (path := shutil.which(name))}
    return tools, set(tools.values())


def _busybox_from_debian(folder: Path) -> Path | None:
    """Busybox from Debian's own package, unpacked, not installed; None where there is no such package."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    quick = ["apt-get", "-qq", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10"]
    for words in (["download", "busybox-static"], ["update"], ["download", "busybox-static"]):
        subprocess.run([*quick, *words], cwd=folder, capture_output=True, check=False)
        for package in folder.glob("busybox-static*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
            return next(path for path in folder.glob("**/bin/busybox"))
    return None


def _told(words: list[str]) -> str:
    try:
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        raise NoBase(f"the base image cannot be pulled, and there is no {words[0]} to put one together") from None


def _write(tar: tarfile.TarFile, content: Content) -> None:
    """Write the same bytes each time: sorted, owned by root, of no date."""
    folders = {str(parent) for name in content for parent in Path(name).parents} | _FOLDERS
    for name in sorted((folders | content.keys()) - {"/"}):
        entry = tarfile.TarInfo(name.lstrip("/"))
        source, data = content.get(name), b""
        if source is None:
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if Path(name).name == "tmp" else 0o755
        elif isinstance(source, str):
            entry.type, entry.linkname = tarfile.SYMTYPE, source
        else:
            data = source.read_bytes() if isinstance(source, Path) else source
            program = "bin" in name.split("/") or (isinstance(source, Path) and os.access(source, os.X_OK))
            entry.size, entry.mode = len(data), 0o755 if program else 0o644
        tar.addfile(entry, io.BytesIO(data))
