"""Random histories: what may happen to three results and to the registry that judges them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.support import papers
from tests.support.forgeries import Scene, keys
from tests.support.papers import ARCHIVIST, ROBOT, STRANGER, result
from tests.support.repository import File, pair


def path_of(number: int) -> str:
    """Give where the result of a number stands."""
    return f"results/kelp/v1.0.0/toy-run-{number:04}.yaml"


def result_of(number: int, failed: str = "") -> papers.Paper:
    """Give the result of a number, with one test failed where it is named."""
    outcomes = papers.outcomes(**{failed: "failed"}) if failed else papers.outcomes()
    return result(run_id=f"toy-run-{number:04}", results=outcomes)


def _signed(number: int, content: bytes, signed: bytes) -> dict[str, File]:
    return {path_of(number): content, f"{path_of(number)}.sig": ROBOT.sign(signed)}


KINDS: dict[str, Callable[[int], dict[str, File]]] = {
    "honest": lambda number: pair(result_of(number)),
    "other": lambda number: pair(result_of(number, "A_2")),
    "stranger": lambda number: pair(result_of(number), STRANGER),
    "archivist": lambda number: pair(papers.transcription(run_id=f"toy-run-{number:04}"), ARCHIVIST),
    "unsigned": lambda number: {path_of(number): papers.written(result_of(number)), f"{path_of(number)}.sig": None},
    "sidecar": lambda number: {f"{path_of(number)}.sig": ROBOT.sign(papers.written(result_of(number)))},
    "gone": lambda number: {path_of(number): None, f"{path_of(number)}.sig": None},
    "no yaml": lambda number: _signed(number, b"a: [", b"a: ["),
    "misfit": lambda number: pair(result_of(number) | {"surprise": 1}),
    "false": lambda number: _signed(number, papers.written(result_of(number)), b"other bytes"),
}
REGISTRIES: dict[str, dict[str, Any]] = {
    "enrol": keys(papers.key(ROBOT), papers.key(STRANGER, "2026b")),
    "retire": keys(papers.key(ROBOT, status="retired"), papers.key(STRANGER, "2026b")),
    "steal": keys(papers.key(ROBOT, status="compromised")),
    "forget": keys(papers.key(STRANGER)),
}
steps = st.lists(
    st.lists(st.tuples(st.sampled_from([*KINDS]), st.integers(1, 3)), min_size=1, max_size=3)
    | st.sampled_from([*REGISTRIES, "refused"]),
    min_size=1,
    max_size=7,
)


def tell(scene: Scene, step: str | list[tuple[str, int]]) -> None:
    """Let a step happen: a commit of results, or a change of the registry."""
    if step == "refused":
        scene.commit({"registry/sigs/alice.sig": b"no signature"})
    elif isinstance(step, str):
        scene.commit(scene.succeed(**REGISTRIES[step]))
    else:
        scene.commit({name: file for what, number in step for name, file in KINDS[what](number).items()})
