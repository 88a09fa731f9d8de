"""Takes out one check of provenance at a time and records which test notices: `python -m tests.mutations`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parent.parent
PAGE: Final = PROJECT / "docs" / "mutations.md"
NEEDED: Final = ("generator", "results", "schema", "site_templates", "tests", "pyproject.toml")
TESTS: Final = tuple(
    f"tests/test_{name}.py"
    for name in (
        *("forged", "plain", "arrival", "examination", "succession", "provenance", "checkpoint", "history", "sshsig"),
        *("recollection", "cache", "standing", "entries"),
    )
)
_FAILED: Final = re.compile(r"^FAILED (tests/.+?)(?: - .*)?$", re.MULTILINE)
_PASSED: Final = re.compile(r"^\d+ passed", re.MULTILINE)
_ROW: Final = re.compile(r"^\| `([^`]+)` \| .+ \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One check taken out: in `module`, `original` becomes `replacement`.

    `double_cover` says what else refuses the same, where no test can tell the difference.
    """

    id: str
    module: str
    check: str
    original: str
    replacement: str
    double_cover: str = ""


def of(module: str, *rows: tuple[str, str, str, str] | tuple[str, str, str, str, str]) -> tuple[Mutation, ...]:
    """Give the mutations of one module from (id, check, original, replacement, double cover)."""
    return tuple(
        Mutation(
            id=f"{module}-{name}", module=module, check=check, original=old, replacement=new, double_cover="".join(more)
        )
        for name, check, old, new, *more in rows
    )


MUTATIONS: Final = (
    *of(
        "arrival",
        ("path", "7.1 the path has the form of a result's", "if not RESULT_PATH.fullmatch(pair.path):", "if False:"),
        ("path-end", "7.1 the whole path has that form", "RESULT_PATH.fullmatch(", "RESULT_PATH.match("),
        ("mode", "7.1 the result is a regular file", "if pair.result.mode != REGULAR:", "if False:"),
        ("sidecar-mode", "7.1 the sidecar is a regular file", "if pair.sidecar.mode != REGULAR:", "if False:"),
        (
            "unsigned",
            "7.1 there is a sidecar",
            "raise _Refused(State.UNSIGNED, ",
            "raise _Refused(State.MALFORMED, ",
        ),
        ("size", "7.2 a result is at most 256 KiB", "if size > documents.MAX_BYTES:", "if False:"),
        ("key", "7.4 the registry knows the key", "if k.public == public)", "if k.public)"),
        ("key-status", "7.4 the key is active", "if key.status is not KeyStatus.ACTIVE:", "if False:"),
        (
            "key-status-retired",
            "7.4 a retired key is not active",
            "if key.status is not KeyStatus.ACTIVE:",
            "if key.status is KeyStatus.COMPROMISED:",
        ),
        (
            "key-status-compromised",
            "7.4 a compromised key is not active",
            "if key.status is not KeyStatus.ACTIVE:",
            "if key.status is KeyStatus.RETIRED:",
        ),
        (
            "mesh",
            "7.4 the publisher may publish for the mesh",
            'if mesh not in publisher.meshes and "*" not in publisher.meshes:',
            "if not mesh:",
        ),
        (
            "order",
            "7.3 the signature is checked before any YAML is parsed",
            '    ("7.3", "signature", _signature),\n    ("7.4", "key and scope", _key),\n    ("7.5", "strict YAML", _strict),\n',
            '    ("7.5", "strict YAML", _strict),\n    ("7.3", "signature", _signature),\n    ("7.4", "key and scope", _key),\n',
        ),
        ("schema", "7.6 the document fits its schema", "    if findings:\n", "    if False:\n"),
        (
            "suite",
            "7.7 the suite's digest is on the main line",
            'against.suites.get(named["digest"])',
            "next(iter(against.suites.values()))",
        ),
        (
            "suite-name",
            "7.7 the digest is that of the named suite and version",
            'if (suite.id, suite.version) != (named["id"], named["version"]):',
            "if False:",
        ),
        ("tests", "7.7 the tests are exactly the suite's", "if wrong or len(given)", "if len(given)"),
        ("tests-listed", "7.7 the tests are held against the suite's", "if given != wanted:", "if False:"),
        ("tests-twice", "7.7 no test is given twice", "if wrong or len(given) != len(wanted):", "if wrong:"),
        ("binding-path", "7.8 the fields give the path", "if derived != facts.pair.path:", "if False:"),
        (
            "binding-publisher",
            "7.8 the named publisher signed",
            'if publisher is None or data["publisher"] != publisher.id:',
            "if publisher is None:",
        ),
        (
            "binding-audience",
            "7.8 the audience is this programme",
            'if data["audience"] != against.registry.audience:',
            "if False:",
        ),
        (
            "binding-role",
            "7.8 an archivist transcribes, and nobody else",
            'if ("transcribed_from" in data) != (publisher.role is Role.ARCHIVIST):',
            "if False:",
        ),
        ("run-id", "7.9 a run id is used once", "if run_id in against.run_ids:", "if False:"),
        ("digest", "7.9 a digest is used once", "if facts.digest in against.digests:", "if False:"),
    ),
    *of(
        "decoding",
        ("size", "7.5 a document is at most 256 KiB", "if len(content) > limit:", "if False:", "size is step 7.2"),
        (
            "character",
            "7.5 no invisible character",
            "return tuple(_bad_characters(path, decoded, foreign=foreign)) or decoded",
            "return decoded",
        ),
    ),
    *of(
        "events",
        (
            "escape",
            "7.5 no escape for an invisible character",
            "and (bad := BAD_VALUE.search(text)):",
            "and (bad := BAD_VALUE.search('')):",
        ),
        ("second-document", "7.5 one document", "if self.documents > 1:", "if False:"),
        ("empty", "7.5 there is a document", "if not builder.documents:", "if False:"),
        ("directive", "7.5 no directive", "if event.version or event.tags or", "if False and"),
        ("nodes", "7.5 at most 50 000 nodes", "if self.nodes > MAX_NODES:", "if False:"),
        ("anchor", "7.5 no anchor", "if event.anchor is not None:", "if False:"),
        (
            "alias",
            "7.5 no alias",
            'self.report("yaml-anchor", f"alias *{event.anchor}", "write the value out")',
            "pass",
        ),
        ("tag", "7.5 no explicit tag", "if event.tag is not None:", "if False:"),
        ("depth", "7.5 at most 16 levels", "if len(self.where) == MAX_DEPTH:", "if False:"),
        (
            "ambiguous",
            "7.5 no ambiguous scalar",
            'self.report("yaml-ambiguous", f"{shown} is',
            '(f"{shown} is',
        ),
        (
            "merge-key",
            "7.5 no merge key",
            'self.report("yaml-merge-key", "merge key <<", "write the merged fields out")',
            "pass",
        ),
        (
            "number",
            "7.5 no number of too many digits",
            "for character in text) > MAX_DIGITS:",
            "for character in '') > 0:",
        ),
        ("duplicate-key", "7.5 no key twice", "if key in found:", "if False:"),
        (
            "key",
            "7.5 a mapping key is one line of text",
            'if not (isinstance(key, str) and key) or "\\n" in key:',
            "if not isinstance(key, str):",
        ),
    ),
    *of(
        "plain",
        ("duplicate-key", "7.5 no key twice", "elif key in self._inmost:", "elif False:"),
        ("duplicate-entry", "7.5 no key twice between brackets", "if len(mapping) < len(entries):", "if False:"),
        ("key", "7.5 no ambiguous key", "    if not is_text(key):\n        raise _Other\n", ""),
        ("entry", "7.5 no ambiguous key between brackets", "if not match or not is_text(match[1]):", "if not match:"),
        ("value", "7.5 no ambiguous scalar", "    if is_text(text):\n        return text\n", "    return text\n"),
        ("number", "7.5 no number of too many digits", "if len(text) <= MAX_DIGITS:", "if True:"),
        ("nodes", "7.5 at most 50 000 nodes", "not 0 < len(places) < MAX_PLACES", "not places"),
        ("depth", "7.5 at most 16 levels", "( {{0,10}})", "( *)"),
        (
            "column",
            "7.5 lines begin where their collection does",
            "        if column != self._column or is_item",
            "        if is_item",
        ),
        (
            "deeper",
            "7.5 a value stands further in than its key",
            "if column < self._column or (column == self._column and",
            "if (False and",
        ),
        ("later", "7.5 a value stands somewhere", "if reader.waiting or not", "if not"),
    ),
    *of(
        "examination",
        (
            "sidecar-size",
            "7.3 a sidecar is at most 2 KiB",
            "self._sidecar, sshsig.MAX_BYTES)",
            "self._sidecar, 1 << 40)",
        ),
        (
            "signature",
            "7.3 the signature holds over the bytes",
            "        sshsig.verify(signature, sshsig.RESULT_NAMESPACE, self._content)\n",
            "",
        ),
        (
            "namespace",
            "7.3 the signature is for results",
            "sshsig.verify(signature, sshsig.RESULT_NAMESPACE,",
            "sshsig.verify(signature, signature.namespace,",
        ),
        (
            "trusted",
            "7.3 nothing is read ahead for a key that the registry does not name",
            "    if signature.public not in trusted:\n",
            "    if False:\n",
        ),
    ),
    *of(
        "sshsig",
        (
            "size",
            "7.3 a signature is at most 2 KiB",
            "if len(sidecar) > MAX_BYTES:",
            "if False:",
            "the canonical form is far shorter, and the re-encoding refuses anything else",
        ),
        ("canonical", "7.3 the signature is canonical SSHSIG", "if _encode(signature) != sidecar:", "if False:"),
        (
            "armour",
            "7.3 the armour is that of ssh-keygen",
            "if not (sidecar.startswith(_BEGIN) and sidecar.endswith(_END)):",
            "if False:",
            "the re-encoding refuses any other armour; this check only words it better",
        ),
        ("namespace", "7.3 the namespace is the one asked for", "if signature.namespace != namespace:", "if False:"),
        (
            "fit",
            "7.3 the signature fits the bytes",
            "_key(signature.public).verify(signature.value, signed)",
            "_key(signature.public)",
        ),
    ),
    *of(
        "succession",
        ("gone", "5 the registry is there", "    if blob is None:\n", "    if False:\n"),
        ("mode", "5 the registry is a regular file", "if blob.mode != REGULAR:", "if False:"),
        (
            "size",
            "5 the registry is at most 256 KiB",
            "contents(blob.id, documents.MAX_BYTES)",
            "contents(blob.id, 1 << 40)",
        ),
        ("version", "5 the version is the next one", "if after.version != before.version + 1:", "if False:"),
        (
            "previous",
            "5 the previous digest is that of the old one",
            "if after.previous != before.digest:",
            "if False:",
        ),
        ("audience", "5 the audience stays", "if after.audience != before.audience:", "if False:"),
        ("anchor", "5 the anchor is on the main line", "if after.anchor not in seen:", "if False:"),
        (
            "threshold-old",
            "5 enough of the old maintainers signed",
            "for version in filter(None, (before, registry)):",
            "for version in (registry,):",
        ),
        (
            "threshold-new",
            "5 enough of the new maintainers signed",
            "for version in filter(None, (before, registry)):",
            "for version in filter(None, (before,)):",
        ),
        ("threshold", "5 the threshold is met", "if signed < version.threshold:", "if not signed:"),
        (
            "distinct",
            "5 maintainers are distinct: each signs with a key of their own",
            "return valid.get(maintainer.id) == maintainer.public",
            "return maintainer.id in valid",
        ),
        (
            "namespace",
            "5 the signature is for a registry",
            "sshsig.verify(signature, sshsig.REGISTRY_NAMESPACE, content)",
            "sshsig.verify(signature, signature.namespace, content)",
        ),
        (
            "signature",
            "5 the signature holds over the registry",
            "            sshsig.verify(signature, sshsig.REGISTRY_NAMESPACE, content)\n",
            "",
        ),
        (
            "signature-mode",
            "5 a maintainer's signature is a regular file",
            "path.endswith(suffix) and blob.mode == REGULAR)",
            "path.endswith(suffix))",
        ),
        (
            "signature-size",
            "5 a maintainer's signature is at most 2 KiB",
            "contents(blob.id, sshsig.MAX_BYTES)",
            "contents(blob.id, 1 << 40)",
            "`sshsig.parse` refuses it too; the limit here only spares reading it",
        ),
    ),
    *of(
        "settings",
        (
            "schema",
            "5 the registry fits its schema",
            "    findings = against.findings(reading.document)\n",
            "    findings = ()\n",
        ),
        ("one-owner", "5 a key has one owner", "        if public in first:\n", "        if False:\n"),
        (
            "one-name",
            "5 a maintainer stands once",
            "if len({m.id for m in found.maintainers}) < len(found.maintainers):",
            "if False:",
        ),
        (
            "threshold",
            "5 the threshold can be met",
            "if found.threshold > len(found.maintainers):",
            "if False:",
        ),
        (
            "key-id",
            "5 the keys of a publisher have names of their own",
            "if len({key.id for key in publisher.keys}) < len(publisher.keys):",
            "if False:",
        ),
        (
            "contradiction",
            "5 the registry does not contradict itself",
            "return None if findings else found, findings",
            "return found, findings",
        ),
    ),
    *of(
        "provenance",
        (
            "parent-rule",
            "4 the registry before the transition judges it",
            "authority = before or self.registry",
            "authority = self.registry",
        ),
        (
            "no-registry",
            "2 trust starts at the commit of the trust root where one is named",
            '            waits = root is not None and root.commit not in {"", commit}\n',
            "            waits = False\n",
        ),
        (
            "suites-first",
            "7.7 the suites of a transition count for its results",
            "        self._take_suites(changes)\n        self._place(changes)\n        before = self.registry\n",
            "        self._place(changes)\n        before = self.registry\n",
        ),
        (
            "suite-mode",
            "7.7 a suite is a regular file",
            "if blob and blob.mode == arrival.REGULAR else 0",
            "if blob else 0",
        ),
        ("suite-valid", "7.7 a suite is valid", "            if found and not findings:\n", "            if found:\n"),
        ("freeze", "6 a verified pair is frozen", "        if slot.frozen:\n", "        if False:\n"),
        (
            "refreeze",
            "6 only a verified pair is frozen",
            "if found.state is State.VERIFIED and slot.sidecar:",
            "if slot.sidecar:",
        ),
        ("run-ids", "7.9 a run id is remembered", "            self._run_ids.add(_run_id(found.facts))\n", ""),
        (
            "digests",
            "7.9 a digest is remembered",
            "            self._digests.add(found.facts.digest)\n",
            "",
            "bytes bind their run id, so the check of run ids speaks first",
        ),
        (
            "genesis-digest",
            "2 the first registry has the digest of the trust root",
            "if root is None or self.genesis is None or self.genesis.digest == root.digest:",
            "if root is None or self.genesis is None or root.digest:",
        ),
        (
            "genesis-commit",
            "2 the commit of the trust root is on the main line",
            "if root and root.commit and root.commit not in self.order:",
            "if False:",
        ),
        ("groundless", "2 there is a registry to start from", "*self._groundless(), ", ""),
        (
            "registry-invalid",
            "5 a refused registry stops everything",
            "fatal=(*self.registry_findings, ",
            "fatal=(",
        ),
        (
            "published-head",
            "10 the published head is on the main line",
            "        if published.head not in self.order:\n",
            "        if published.head not in self.order:\n            return\n        if False:\n",
        ),
        (
            "published-root",
            "10 the published count and root are met",
            "        if then != published:\n",
            "        if False:\n",
        ),
        ("orphan", "7.1 a sidecar has a result", "            elif slot.sidecar:\n", "            elif False:\n"),
        (
            "order",
            "3 transitions have an order, and each comes after the one before",
            "        self.order[transition.commit] = len(self.order)\n        if authority:\n",
            "        self.order[transition.commit] = 0\n        if authority:\n",
        ),
    ),
    *of(
        "slots",
        (
            "altered",
            "6 other bytes in a verified place are seen",
            "self.altered = None if now == frozen else self.altered or (commit, when)",
            "self.altered = None",
        ),
        (
            "sidecar",
            "6 another sidecar in a verified place is seen",
            "now, frozen = (self.result, self.sidecar), self.frozen",
            "now, frozen = (self.result, (self.frozen or ('', ''))[1]), self.frozen",
        ),
        (
            "healed",
            "6 the same bytes heal what was altered",
            "self.altered = None if now == frozen else self.altered or (commit, when)",
            "self.altered = self.altered or (commit, when)",
        ),
        (
            "culprit",
            "6 the first transition that altered a result is named",
            "else self.altered or (commit, when)",
            "else (commit, when)",
        ),
        (
            "deleted",
            "6 a removed result is deleted, not tampered with",
            "state=State.TAMPERED if slot.result else State.DELETED",
            "state=State.TAMPERED",
        ),
        (
            "tampered",
            "6 a changed result is tampered with, not deleted",
            "state=State.TAMPERED if slot.result else State.DELETED",
            "state=State.DELETED",
        ),
    ),
    *of(
        "overlay",
        ("verified", "8 only a verified result is overlaid", "if verdict.state is not State.VERIFIED:", "if False:"),
        ("withdrawn", "8 a withdrawn result is out", "if verdict.digest in self._withdrawn:", "if False:"),
        (
            "compromised",
            "8 what a compromised key signed is suspect",
            "key.status is KeyStatus.COMPROMISED and not self._is_good",
            "key.status is None and not self._is_good",
        ),
        (
            "last-good",
            "8 what came at or before the last good commit stays",
            "and not self._is_good(verdict, key):",
            "and self._order:",
        ),
        (
            "last-good-order",
            "8 what came after the last good commit does not",
            "return key.last_good in order and order[verdict.commit] <= order[key.last_good]",
            "return key.last_good in order",
        ),
        (
            "last-good-known",
            "8 the last good commit is on the main line",
            "return key.last_good in order and order[verdict.commit] <= order[key.last_good]",
            "return bool(key.last_good) and order[verdict.commit] <= order.get(key.last_good, 1 << 30)",
        ),
        (
            "reattested",
            "8 a reattested result counts",
            "if verdict.digest in self._reattested:",
            "if False:",
        ),
        (
            "retired",
            "8 a retired key does no harm",
            "key.status is KeyStatus.COMPROMISED and",
            "key.status is not KeyStatus.ACTIVE and",
        ),
    ),
    *of(
        "recollection",
        (
            "deciding",
            "8 no verdict outlives the registry and the test sets it was given under",
            "line is None or any(map(self._decides, fresh))",
            "line is None",
        ),
        (
            "schemas",
            "7.6 no verdict outlives the schemas it was given under",
            '(root.commit, root.digest) if root else ("", "")), *schemas)',
            '(root.commit, root.digest) if root else ("", "")))',
        ),
        (
            "trust-root",
            "2 each trust root has verdicts of its own",
            '*((root.commit, root.digest) if root else ("", "")), *schemas)',
            "*schemas)",
        ),
        (
            "walk-before",
            "8 a walk under other rules is not gone on from",
            "before.settled is not None and before.key == self.key",
            "before.settled is not None",
        ),
        (
            "settled-altered",
            "6 what was altered is not settled",
            "if not slot.altered and path in verdicts:",
            "if path in verdicts:",
        ),
    ),
    *of(
        "retelling",
        (
            "altered",
            "6 what was altered before is still altered",
            "arrived=known if altered else None,",
            "arrived=None,",
        ),
    ),
    *of(
        "seals",
        (
            "seal",
            "no part of a site is believed to stand but by what this user sealed",
            "told if seal and hmac.compare_digest(content[:_MAC_BYTES], _mac(seal, file, told)) else None",
            "told if seal else None",
        ),
        ("place", "what was sealed for one file holds for no other", 'os.fsencode(file.name) + b"/"', 'b"/"'),
    ),
    *of(
        "standing",
        (
            "same",
            "a part stands only where its bytes do",
            "return _mark(self.content(path), len(mark)) == mark",
            "return True",
        ),
        (
            "ages",
            "a part stands only while what it tells of ages is true",
            "if not found or any(age(path) != told for path, told in found.ages.items()):",
            "if not found:",
        ),
        (
            "regular",
            "what stands is a plain file",
            "if found is None or not files.is_plain(found):",
            "if found is None:",
        ),
        (
            "program",
            "what another version kept of a site is not there",
            'kept if kept.get("program") == seals.program() else _NOTHING',
            "kept",
        ),
        (
            "originals",
            "an original stands only where git names the bytes that are asked for",
            "if known == _digest_of(asked, asked) and self._untouched(folder, asked):",
            "if self._untouched(folder, asked):",
        ),
        (
            "untouched",
            "an original stands only where nobody touched it",
            "if known == _digest_of(asked, asked) and self._untouched(folder, asked):",
            "if known == _digest_of(asked, asked):",
        ),
    ),
    *of(
        "entries",
        (
            "verdict",
            "what a result amounts to rests on the verdict of today",
            "if known and known[0].entry.verdict is verdict:",
            "if known:",
        ),
        ("counts", "only what counts is an entry", "if verdict.state.counts:", "if True:"),
    ),
    *of(
        "cache",
        (
            "seal",
            "nothing is believed but what this user sealed",
            "if hmac.compare_digest(row[1], self._mac(entry, row[0])) else None",
            "if row else None",
        ),
        (
            "seal-place",
            "what was sealed for one place holds in no other",
            'entry.encode() + b"\\n" + told',
            "told",
        ),
    ),
    *of(
        "plumbing",
        (
            "no-replace",
            "1 git is told to replace nothing",
            '    "GIT_NO_REPLACE_OBJECTS": "1",\n',
            "",
        ),
        (
            "misleading",
            "1 no variable misleads git",
            "if misleading := [name for name in _MISLEADING if name in os.environ]:",
            "if misleading := []:",
        ),
        (
            "commit-graph",
            "1 no commit-graph file is believed",
            '    "GIT_CONFIG_VALUE_1": "false",\n',
            '    "GIT_CONFIG_VALUE_1": "true",\n',
        ),
        (
            "lazy-fetch",
            "1 git fetches nothing that is missing",
            '    "GIT_NO_LAZY_FETCH": "1",\n',
            "",
            "a partial clone is refused before anything could be fetched",
        ),
        ("user-configuration", "1 the user's configuration is ignored", '    "GIT_CONFIG_GLOBAL": os.devnull,\n', ""),
        (
            "system-configuration",
            "1 the system's configuration is ignored",
            '    "GIT_CONFIG_NOSYSTEM": "1",\n',
            "",
            "the plumbing that is used takes nothing from the configuration that changes what it says",
        ),
    ),
    *of(
        "stretches",
        ("root", "3 the first commit is a transition too", '"--always", "--root"', '"--always"'),
        ("always", "3 an empty commit is a transition too", '"--stdin", "--always"', '"--stdin"'),
        (
            "renames",
            "3 renames are not looked for",
            '"--raw", "--no-renames"',
            '"--raw", "--find-renames"',
        ),
        (
            "failed",
            "3 nothing is judged where git cannot compare the trees",
            "if self._process.wait():",
            "if self._process.wait() < 0:",
        ),
    ),
    *of(
        "history",
        (
            "shallow",
            "1 the clone is not shallow",
            'if shallow != "false":',
            "if False:",
        ),
        ("grafts", "1 there are no grafts", 'if (common / "info" / "grafts").exists():', "if False:"),
        (
            "replace",
            "1 there are no replace refs",
            'if self._git.bytes("for-each-ref", "--count=1", "refs/replace/"):',
            "if False:",
        ),
        ("promisor", "1 no pack is a partial clone's", 'glob("*.promisor")', 'glob("*.nothing")'),
        (
            "partial",
            "1 the clone does not say that it is partial",
            'if partial or not self._git.done("config", "--get-regexp", _PARTIAL).returncode:',
            "if partial:",
        ),
        (
            "twice",
            "3 no path stands twice in a tree",
            'if meta.startswith(b":000000 ") == (path in present):',
            "if False:",
        ),
        ("first-parent", "2 only first parents are the main line", '"rev-list", "--first-parent", ', '"rev-list", '),
        (
            "line-after",
            "2 a remembered head is on the first-parent line",
            "return line if (line[0][1] if line else self.head) == commit else None",
            "return line",
        ),
        (
            "line-tree",
            "3 no path of a remembered head stands twice behind it",
            "present = set(self._paths(line[0][1])) if line and line[0][1] else set[str]()",
            "present = set[str]()",
        ),
        ("oldest-first", "2 the oldest commit comes first", '"--reverse", "--parents"', '"--parents"'),
        ("object-id", "1 only full object ids are asked for", 'r"[0-9a-f]{40}(?:[0-9a-f]{24})?"', 'r".*"'),
        ("blob", "1 an object is a blob", 'if header and header[0] != "blob":', "if False:"),
        (
            "top",
            "1 the folder is the top of the repository",
            "if prefix:",
            "if False:",
        ),
        (
            "option",
            "1 a revision is no option",
            '"--verify", "--end-of-options", ',
            '"--verify", ',
            "`--verify` wants exactly one revision, and no option with `^{commit}` behind it gives one",
        ),
    ),
)


def mutated(mutation: Mutation) -> str:
    """Give the text of the module without the check."""
    text = (PROJECT / "generator" / f"{mutation.module}.py").read_text("utf-8")
    if text.count(mutation.original) != 1:
        raise ValueError(f"{mutation.id}: its original stands {text.count(mutation.original)} times")
    return text.replace(mutation.original, mutation.replacement)


def caught_by(mutation: Mutation, hint: str = "") -> str:
    """Run the tests against a copy without the check, and name the first that fails; empty if none does.

    `hint` is a test to try before all others.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        copy.mkdir()
        for name in NEEDED:
            source = PROJECT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / name)
        (copy / "generator" / f"{mutation.module}.py").write_text(mutated(mutation), "utf-8")
        for tests in ([hint], TESTS) if hint else (TESTS,):
            printed = _pytest(copy, "-x", "--tb=no", *tests)
            found = _FAILED.search(printed)
            if found:
                return _sentence(found[1])
            if not _PASSED.search(printed):
                raise ValueError(f"{mutation.id}: the tests did not run\n{printed}")
    return ""


def _pytest(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *arguments]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder), "COLUMNS": "400"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


def _sentence(node: str) -> str:
    """Write the id of a test as words, such as `forged: names differ in case only`."""
    module, _, name = node.removeprefix("tests/test_").partition(".py::")
    name, _, case = name.removeprefix("test_").rstrip("]").partition("[")
    words = (module, "" if module == "forged" and case else name, case)
    return ": ".join(part.replace("_", " ") for part in words if part)


def hints() -> dict[str, str]:
    """Give for each mutation the test that noticed it last time, as the page says."""
    nodes = {_sentence(node): node for node in _pytest(PROJECT, "--collect-only", *TESTS).splitlines() if "::" in node}
    rows = _ROW.findall(PAGE.read_text("utf-8")) if PAGE.is_file() else []
    return {name: nodes[caught] for name, caught in rows if caught in nodes}


def page(outcomes: Sequence[tuple[Mutation, str]]) -> str:
    """Write the page: one row a mutation, sorted by module and check."""
    rows = sorted(
        (
            mutation.module,
            mutation.check,
            mutation.id,
            caught or f"nobody: double cover, because {mutation.double_cover}",
        )
        for mutation, caught in outcomes
    )
    return "\n".join(
        (
            "# Mutations",
            "",
            "Each row takes one check of [provenance](provenance.md) out of the code and names a test that",
            f"notices; `python -m tests.mutations` tries all {len(rows)} again and writes this page (what noticed last",
            "time is tried first).",
            "",
            "| id | check removed | module | caught by |",
            "|---|---|---|---|",
            *(f"| `{name}` | {check} | {module} | {caught} |" for module, check, name, caught in rows),
            "",
        )
    )


def main(only: Sequence[str]) -> int:
    """Try the named mutations, or all; the page is written only when all were tried and none survived unexplained."""
    chosen = [mutation for mutation in MUTATIONS if not only or mutation.id in only]
    known = hints()
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = []
        tried = pool.map(caught_by, chosen, (known.get(mutation.id, "") for mutation in chosen))
        for mutation, caught in zip(chosen, tried, strict=True):
            outcomes.append((mutation, caught))
            print(f"{mutation.id}: {caught or 'SURVIVED'}", flush=True)
    unexplained = [mutation.id for mutation, caught in outcomes if not caught and not mutation.double_cover]
    needless = [mutation.id for mutation, caught in outcomes if caught and mutation.double_cover]
    for name in unexplained:
        print(f"nobody noticed {name}, and nothing says why", file=sys.stderr)
    for name in needless:
        print(f"{name} was noticed: it is no double cover", file=sys.stderr)
    if not only and not unexplained and not needless:
        PAGE.write_text(page(outcomes), "utf-8")
    return 1 if unexplained or needless else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
