"""Removes each check of provenance in turn and shows which story finds it out: `python -m tests.mutations`."""

from __future__ import annotations

import concurrent.futures
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.papers import PROJECT

PAGE = PROJECT / "docs" / "mutations.md"
TESTS = (
    "tests/test_arrival.py",
    "tests/test_succession.py",
    "tests/test_checkpoint.py",
    "tests/test_history.py",
    "tests/test_sshsig.py",
    "tests/test_provenance.py",
    "tests/test_forged.py",
)
NEEDED = ("generator", "schema", "tests", "pyproject.toml", "site_templates", "docs", "README.md")


@dataclass(frozen=True)
class Mutation:
    """One check taken out: the text in a module, and what stands there instead."""

    step: str
    check: str
    module: str
    original: str
    replacement: str
    double_cover: str = ""


MUTATIONS = (
    Mutation(
        "1",
        "the clone is not shallow",
        "history",
        '--is-shallow-repository") != "false"',
        '--is-shallow-repository") == "x"',
    ),
    Mutation("1", "no grafts", "history", '(common / "info" / "grafts").exists()', "False"),
    Mutation(
        "1", "no replace refs", "history", 'if self._ask("for-each-ref", "--count=1", "refs/replace/"):', "if False:"
    ),
    Mutation(
        "1", "the clone is not partial", "history", "if partial or self._configured", "if False and self._configured"
    ),
    Mutation(
        "1",
        "the folder is the top of the repository",
        "history",
        'if self._ask("rev-parse", "--show-prefix"):',
        "if False:",
    ),
    Mutation(
        "1",
        "only full object ids are asked for",
        "history",
        "        if not _OBJECT_ID.fullmatch(blob_id):",
        "        if False:",
    ),
    Mutation("1", "only blobs are read", "history", 'if kind not in ("blob", b"blob"):', "if False:"),
    Mutation(
        "2", "the first parents only", "history", '"rev-list", "--first-parent", "--reverse"', '"rev-list", "--reverse"'
    ),
    Mutation("2", "the digest of the trust root", "provenance", "or self.genesis.digest == root.digest", "or True"),
    Mutation(
        "2",
        "the commit of the trust root",
        "provenance",
        'waits = root is not None and root.commit not in {"", commit}',
        "waits = False",
    ),
    Mutation(
        "2",
        "a registry to start from",
        "provenance",
        "        if self.registry or self.registry_findings:\n            return",
        "        return",
    ),
    Mutation(
        "3",
        "renames are not followed",
        "history",
        '"--raw",\n                    "--no-renames",',
        '"--raw",\n                    "--find-renames=1%",',
    ),
    Mutation(
        "4",
        "the registry before decides",
        "provenance",
        "authority = before or self.registry",
        "authority = self.registry",
    ),
    Mutation("5", "the registry is a regular file", "succession", "if blob.mode != REGULAR:", "if False:"),
    Mutation(
        "5",
        "the registry has a bounded size",
        "succession",
        "    if isinstance(content, int):\n        return _unread",
        "    if False:\n        return _unread",
    ),
    Mutation(
        "5",
        "the registry fits its schema",
        "succession",
        "settings.document(urls.REGISTRY, content, schema)",
        "settings.documents.read(urls.REGISTRY, content)",
    ),
    Mutation("5", "one key has one owner", "settings", "        if public in first:", "        if False:"),
    Mutation("5", "the threshold can be met", "settings", "if found.threshold > len(found.maintainers):", "if False:"),
    Mutation("5", "the next version", "succession", "if after.version != before.version + 1:", "if False:"),
    Mutation("5", "the digest of the version before", "succession", "if after.previous != before.digest:", "if False:"),
    Mutation("5", "the same audience", "succession", "if after.audience != before.audience:", "if False:"),
    Mutation("5", "a known anchor", "succession", "if after.anchor not in seen:", "if False:"),
    Mutation(
        "5",
        "the threshold of the old maintainers",
        "succession",
        "filter(None, (before, registry))",
        "filter(None, (registry,))",
    ),
    Mutation(
        "5",
        "the threshold of the new maintainers",
        "succession",
        "filter(None, (before, registry))",
        "filter(None, (before,))",
    ),
    Mutation(
        "5",
        "a signature is that of the maintainer it is named after",
        "succession",
        "return valid.get(maintainer.id) == maintainer.public",
        "return maintainer.id in valid",
    ),
    Mutation(
        "5",
        "a signature of the registry is a regular file",
        "succession",
        "path.endswith(suffix) and blob.mode == REGULAR",
        "path.endswith(suffix)",
        "the bytes of a link are a path and never a signature",
    ),
    Mutation(
        "5",
        "a signature is in the namespace of registries",
        "succession",
        "sshsig.verify(signature, sshsig.REGISTRY_NAMESPACE, content)",
        "sshsig.verify(signature, signature.namespace, content)",
    ),
    Mutation(
        "6",
        "a verified slot is frozen",
        "provenance",
        "        if slot.frozen:\n            slot.alter",
        "        if False:\n            slot.alter",
    ),
    Mutation("6", "the first alteration is named", "slots", "self.altered or (commit, when)", "(commit, when)"),
    Mutation("6", "the same bytes heal", "slots", "self.altered = None if now == frozen else", "self.altered ="),
    Mutation(
        "6",
        "the signature is frozen too",
        "provenance",
        "slot.frozen = (slot.result, slot.sidecar)",
        "slot.frozen = (slot.result, slot.result)",
    ),
    Mutation("7.1", "the grammar of paths", "arrival", "    if not RESULT_PATH.fullmatch(pair.path):", "    if False:"),
    Mutation("7.1", "the whole path, with nothing behind", "arrival", "RESULT_PATH.fullmatch", "RESULT_PATH.match"),
    Mutation("7.1", "the mode of the result", "arrival", "    if pair.result.mode != REGULAR:", "    if False:"),
    Mutation(
        "7.1",
        "there is a signature",
        "arrival",
        '        raise _Refused(State.UNSIGNED, f"there is no',
        '        raise _Refused(State.MALFORMED, f"there is no',
    ),
    Mutation("7.1", "the mode of the signature", "arrival", "    if pair.sidecar.mode != REGULAR:", "    if False:"),
    Mutation(
        "7.2",
        "the size of the result",
        "arrival",
        "    content = against.contents(facts.pair.result.id, documents.MAX_BYTES)",
        "    content = against.contents(facts.pair.result.id, 1 << 40)",
        "strict reading has the same bound, with the same state",
    ),
    Mutation(
        "7.3",
        "the size of the signature",
        "arrival",
        "against.contents(facts.pair.sidecar.id, sshsig.MAX_BYTES)",
        "against.contents(facts.pair.sidecar.id, 1 << 40)",
        "the parser of signatures has the same bound, with the same state",
    ),
    Mutation(
        "7.3",
        "the signature fits the bytes",
        "sshsig",
        "        Ed25519PublicKey.from_public_bytes(signature.public).verify(signature.value, signed)",
        "        Ed25519PublicKey.from_public_bytes(signature.public)",
    ),
    Mutation("7.3", "the namespace", "sshsig", "    if signature.namespace != namespace:", "    if False:"),
    Mutation("7.3", "the canonical encoding", "sshsig", "    if _encode(signature) != sidecar:", "    if False:"),
    Mutation(
        "7.4", "the key is in the registry", "arrival", "for k in p.keys if k.public == public)", "for k in p.keys)"
    ),
    Mutation("7.4", "the key is active", "arrival", "    if key.status is not KeyStatus.ACTIVE:", "    if False:"),
    Mutation(
        "7.4",
        "the mesh is in scope",
        "arrival",
        '    if mesh not in publisher.meshes and "*" not in publisher.meshes:',
        "    if False:",
    ),
    Mutation(
        "7.5",
        "no ambiguous scalar",
        "documents",
        '            self.report("yaml-ambiguous"',
        '            (lambda *_: None)("yaml-ambiguous"',
    ),
    Mutation(
        "7.5", "no key twice", "documents", "            if frame.key in frame.container:", "            if False:"
    ),
    Mutation(
        "7.5",
        "no hidden character",
        "decoding",
        "    return tuple(_bad_characters(path, decoded, foreign=foreign)) or decoded",
        "    return decoded",
    ),
    Mutation(
        "7.6",
        "the JSON Schema",
        "arrival",
        "    findings = against.schema.findings(facts.document) if facts.document else ()",
        "    findings = ()",
    ),
    Mutation(
        "7.7",
        "the suite is known by its digest",
        "arrival",
        '    suite = against.suites.get(named["digest"])',
        '    suite = against.suites.get(named["digest"], next(iter(against.suites.values())))',
    ),
    Mutation(
        "7.7",
        "id and version of the suite",
        "arrival",
        '    if (suite.id, suite.version) != (named["id"], named["version"]):',
        "    if False:",
    ),
    Mutation(
        "7.7",
        "no test is missing or foreign",
        "arrival",
        "    if wrong or len(given) != len(wanted):",
        "    if len(given) != len(wanted):",
    ),
    Mutation("7.7", "no test stands twice", "arrival", "    if wrong or len(given) != len(wanted):", "    if wrong:"),
    Mutation(
        "7.8", "the path that the fields derive", "arrival", "    if derived != facts.pair.path:", "    if False:"
    ),
    Mutation(
        "7.8",
        "the publisher that signed",
        "arrival",
        '    if publisher is None or data["publisher"] != publisher.id:',
        "    if publisher is None:",
    ),
    Mutation(
        "7.8", "the audience", "arrival", '    if data["audience"] != against.registry.audience:', "    if False:"
    ),
    Mutation(
        "7.8",
        "the role",
        "arrival",
        '    if ("transcribed_from" in data) != (publisher.role is Role.ARCHIVIST):',
        "    if False:",
    ),
    Mutation("7.9", "the run id was never used", "arrival", "    if run_id in against.run_ids:", "    if False:"),
    Mutation("7.9", "the digest was never used", "arrival", "    if facts.digest in against.digests:", "    if False:"),
    Mutation("8", "withdrawn results", "overlay", "    if verdict.digest in withdrawn:", "    if False:"),
    Mutation("8", "compromised keys", "overlay", "key.status is KeyStatus.COMPROMISED and", "key.status is None and"),
    Mutation("8", "the last good commit", "overlay", "judged.order <= order[key.last_good]", "True"),
    Mutation("8", "reattested results", "overlay", "        if verdict.digest in reattested:", "        if False:"),
    Mutation(
        "8",
        "only what was verified can be vouched for",
        "overlay",
        "    if verdict.state is not State.VERIFIED:",
        "    if False:",
    ),
    Mutation(
        "10",
        "the published head is on the main line",
        "provenance",
        "        if published.head not in self.order:",
        "        if False:",
    ),
    Mutation(
        "10",
        "the published hash",
        "provenance",
        "        if then != published:",
        "        if then.count != published.count:",
    ),
    Mutation(
        "10",
        "main-line order of the leaves",
        "provenance",
        "        frozen.sort(key=lambda item: item[:2])",
        "        frozen.sort(key=lambda item: item[1])",
    ),
)


def source(mutation: Mutation) -> Path:
    """Give the module's path below the project."""
    return Path("generator") / f"{mutation.module}.py"


def caught_by(mutation: Mutation) -> str:
    """Run the tests without one check, and give the first that fails; empty when none does."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy"
        copy.mkdir()
        for name in NEEDED:
            place = PROJECT / name
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(place, copy / name, ignore=ignored) if place.is_dir() else shutil.copy(place, copy / name)
        module = copy / source(mutation)
        module.write_text(module.read_text().replace(mutation.original, mutation.replacement))
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TESTS]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    found = re.search(r"^(?:FAILED|ERROR) tests/(\w+)\.py::(\w+)(\[\w+\])?", done.stdout, re.MULTILINE)
    return f"{found[1]}: {found[2]}{found[3] or ''}" if found else ""


def main() -> int:
    """Run every mutation, two at a time, and write the page; exit with 1 when one survives unexplained."""
    if broken := caught_by(Mutation("", "", "findings", "", "")):
        raise SystemExit(f"the tests fail without any mutation: {broken}")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        killers = list(pool.map(caught_by, MUTATIONS))
    rows = [
        f"| {mutation.step} | {mutation.check} | `{mutation.module}` | {killer or f'double cover: {mutation.double_cover}'} |"
        for mutation, killer in zip(MUTATIONS, killers, strict=True)
    ]
    PAGE.write_text(
        "# Every check is needed\n\n"
        "Each row takes one check of [provenance](provenance.md) out of the code and names the first test that then\n"
        "fails, or what covers for it. Made by `python -m tests.mutations`.\n\n"
        "| step | check | module | found by |\n|---|---|---|---|\n" + "\n".join(rows) + "\n",
        encoding="utf-8",
    )
    survivors = [m.check for m, killer in zip(MUTATIONS, killers, strict=True) if not killer and not m.double_cover]
    print(f"{len(MUTATIONS)} mutations, {len(survivors)} unexplained: {', '.join(survivors) or 'none'}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
