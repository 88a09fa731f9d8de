"""Writes the signatures of results beside them, and takes them back unless all goes well."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from generator import arrival, sshsig, urls
from generator.findings import Stop


def places(root: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Give the results that `paths` below `root` name, by themselves or by their signature, sorted.

    Raises `Stop` for a path that is no file at a result's path.
    """
    found = sorted({path.removesuffix(".sig") for path in paths})
    for path in found:
        if not arrival.RESULT_PATH.fullmatch(path) or not (root / path).is_file():
            raise Stop(f"{path} is no file at a result's path: {urls.RESULTS}/<mesh>/<mesh version>/<run id>.yaml")
    return tuple(found)


def sign(root: Path, paths: Sequence[str], key: Path, undo: ExitStack) -> None:
    """Sign each result through ssh-keygen; `undo` puts back what stood there before when it closes.

    Whoever is content with the signatures calls `undo.pop_all()`. Raises `Stop` when ssh-keygen cannot
    sign with `key`.
    """
    for path in paths:
        sidecar = root / urls.sidecar(path)
        before = sidecar.read_bytes() if sidecar.is_file() else None
        signature = sshsig.sign((root / path).read_bytes(), key, sshsig.RESULT_NAMESPACE)
        undo.callback(_restore, sidecar, before)
        sidecar.write_bytes(signature)


def _restore(sidecar: Path, before: bytes | None) -> None:
    if before is None:
        sidecar.unlink(missing_ok=True)
    else:
        sidecar.write_bytes(before)
