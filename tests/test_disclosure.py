"""What `disclosure` promises: secrets and private addresses are found, and nothing else is."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from generator import cli, console, disclosure, documents, ledger, review
from generator.findings import Finding
from tests.support import papers
from tests.support.papers import PROJECT, Paper, result
from tests.support.repository import Repository, next_registry, pair, signed_registry, toy

PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
Captured = pytest.CaptureFixture[str]


def of(*parts: str) -> str:
    """Join the parts of an invented secret, so that no scanner takes this file for a leak."""
    return "".join(parts)


LETTERS = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC2dE3f"
JWT = of("eyJ", "hbGciOiJIUzI1NiJ9", ".eyJ", "zdWIiOiJyb2JvdCJ9", ".c2lnbmF0dXJl")
GITHUB = of("gh", "p_", LETTERS[:36])
SECRETS = {
    "a private key": [
        of("-----BEGIN ", "PRIVATE KEY", "-----"),
        of("-----BEGIN RSA ", "PRIVATE KEY", "-----"),
        of("-----BEGIN OPENSSH ", "PRIVATE KEY", "-----"),
        of("-----BEGIN PGP ", "PRIVATE KEY BLOCK-----"),
        of("-----BEGIN ENCRYPTED ", "PRIVATE KEY", "-----"),
        of("PuTTY-User-", "Key-File-3: ssh-ed25519"),
        base64.b64encode(of("-----BEGIN RSA ", "PRIVATE KEY", "-----").encode()).decode(),
        base64.b64encode(b"openssh-key-v1\0\0\0\0none").decode(),
    ],
    "a field of a kubeconfig": [
        "client-key-data: YWJjZGVm",
        "    client-certificate-data: YWJjZGVm",
        '"certificate-authority-data":"YWJj"',
    ],
    "an authorization header": [
        f"authorization: Bearer {LETTERS}",
        f"Authorization: Basic {base64.b64encode(b'robot:h7nter2').decode()}",
        f"sent bearer {LETTERS}",
        f'"Authorization": "token {LETTERS}"',
    ],
    "a JSON web token": [JWT, f"({JWT})", of("eyJ", "hY2Nlc3NfdG9rZW4iOi", LETTERS, LETTERS)],
    "an access token of a known form": [
        GITHUB,
        f"https://{GITHUB}@github.com/kelp/kelp",
        of("github_", "pat_", LETTERS),
        of("gl", "pat-", LETTERS[:20]),
        of("xox", "b-123456789012-", LETTERS[:12]),
        of("https://hooks.", "slack.com/services/T0000/B0000/", LETTERS[:24]),
        of("AK", "IA", "Q3EGRIJ7YCMN2PLK"),
        of("AI", "za", LETTERS[:35]),
        of("ya", "29.", LETTERS),
        of("GOC", "SPX-", LETTERS[:28]),
        of("abc", "8Q~", LETTERS[:34]),
        of("np", "m_", LETTERS[:36]),
        of("py", "pi-", LETTERS, LETTERS),
        of("dckr_", "pat_", LETTERS[:27]),
        of("hv", "s.", LETTERS),
    ],
    "a password in an address": ["https://robot:h7nter2@example.org/x", "postgres://kelp:swordfish@db/kelp"],
    "a signed or secret part of an address": [
        f"https://logs.example.org/run?X-Amz-Signature={LETTERS}",
        f"https://logs.example.org/run?sv=1&sig={LETTERS}",
        of("DefaultEndpointsProtocol=https;Account", f"Key={LETTERS}"),
    ],
    "a password or key in an assignment": [
        "password: x",
        "KELP_PASSWORD=swordfish",
        'client_secret: "swordfish"',
        '{\\"password\\": \\"swordfish\\"}',
        of("aws_secret_", f"access_key = {LETTERS}"),
        "api-key: swordfish",
        '"private_key_id": "0123abcd"',
    ],
    "a token in an assignment": [
        f"token: {LETTERS}",
        f"--token {LETTERS}",
        f'"access_token":"{LETTERS}"',
        f"provider_token={LETTERS}",
    ],
    "a private address": [
        "dial tcp 10.96.0.1:443: connect: connection refused",
        "http://192.168.49.2:30080/echo",
        "(172.31.255.255)",
        "100.64.0.9, the node",
        "from 169.254.10.1.",
        "10.244.0.0/16",
        "Node: minikube/192.168.49.2",
        "[fd00:10:244::5]:9091",
        "fe80::1ff:fe23:4567:890a%eth0",
        "::ffff:10.0.0.7",
    ],
    "a private host name": [
        "lookup build-7.corp: no such host",
        "ip-10-0-1-2.eu-west-1.compute.internal",
        "registry.local:5000/kelp",
        "https://ci.kelp.intranet/job/7",
    ],
}
HARMLESS = (
    "digest: sha256:10e96001c3043071d1e175c2bcf6305b110e1161521f4877f4f1f8a854634e2e",
    'mesh: {id: kelp, version: "10.0.1.2"}',
    "version: 10.0.1.2",
    "gatewayAPIVersion: 192.168.0.1",
    "kelp v10.0.1.2 and kelp-10.0.1.2, 10.0.1.2-rc1",
    "https://example.org/releases/10.0.1.2",
    "https://example.org/releases/10.0.1.2/notes",
    "results/kelp/10.0.1.2/toy-run-0001.yaml",
    "dial tcp 127.0.0.1:8080, [::1]:8080, 0.0.0.0, localhost",
    "10.300.1.1 and 010.0.0.1 are no addresses",
    "8.8.8.8 and 172.32.0.1, 100.128.0.1 and 2001:db8::1 are public",
    "app-svc.kudo-test-ns.svc.cluster.local:9091",
    "host.docker.internal",
    "github.com/kelp/kelp/internal/report, values.local.yaml and threading.local()",
    "Basic authentication, Bearer authentication and token authentication",
    "token: missing from the request",
    "the token is expired; password: <hidden>, password: ***, PASSWORD=$PASSWORD, password: required",
    "password: ${{ secrets.KELP }}",
    "https://user@example.org/kelp",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDzYmXCRX4bM0NAHRMtP4BVz+ShSzb3LtD72IWDEjTG1",
    "-----BEGIN SSH SIGNATURE-----",
    "-----BEGIN PUBLIC KEY-----",
    "HTTPRouteGroup key is missing from map",
    'secret "tls-validity-checks-certificate" not found',
    "commit 5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d",
)


def kinds(text: str) -> list[str]:
    found = disclosure.findings(PATH, text.encode(), None)
    return [finding.message.removesuffix(" stands here") for finding in found]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SECRETS.items() for text in texts])
def test_each_secret_is_found_on_its_line_and_never_repeated(kind: str, text: str) -> None:
    content = f"line 1\n  message: before {text}\nline 3\n".encode()
    found = disclosure.findings(PATH, content, None)
    assert (kind, 2) in [(finding.message.removesuffix(" stands here"), finding.line) for finding in found]
    for finding in found:
        assert finding.rule == "secret"
        assert LETTERS[:12] not in finding.message + finding.fix
        assert "h7nter2" not in finding.message + finding.fix


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_secret_is_let_through(text: str) -> None:
    assert kinds(text) == []


def test_nothing_that_is_published_here_is_refused() -> None:
    files = [path for path in (PROJECT / "results").rglob("*.yaml") if path.is_file()]
    assert len(files) >= 17
    for path in files:
        content = path.read_bytes()
        assert disclosure.findings(str(path), content, documents.read(str(path), content).document) == ()


def test_an_escape_or_a_fold_hides_nothing() -> None:
    escaped = f'a: 1\nmessage: "{GITHUB[:4]}\\x{ord(GITHUB[4]):02x}{GITHUB[5:]}"\nb: 2\n'.encode()
    folded = f"a: 1\nmessage: >-\n  sent Authorization: Bearer\n  {LETTERS}\nb: 2\n".encode()
    joined = f'a: 1\nmessage: "{GITHUB[:20]}\\\n  {GITHUB[20:]}"\nb: 2\n'.encode()
    for content in (escaped, folded, joined):
        document = documents.read(PATH, content).document
        assert document
        assert disclosure.findings(PATH, content, None) == ()
        assert [finding.line for finding in disclosure.findings(PATH, content, document)] == [2]


def test_a_secret_seen_in_the_bytes_is_not_told_twice() -> None:
    content = f"a: 1\nmessage: >-\n  first line\n  then {GITHUB}\nlast: {JWT}\n".encode()
    document = documents.read(PATH, content).document
    found = disclosure.findings(PATH, content, document)
    assert [(finding.line, finding.message) for finding in found] == [
        (4, "an access token of a known form stands here"),
        (5, "a JSON web token stands here"),
    ]


def test_of_many_places_the_first_are_listed_and_the_rest_counted() -> None:
    found = disclosure.findings(PATH, b"from 10.0.0.1\n" * 1000, None)
    assert len(found) == disclosure.SAMPLE
    assert found[-1].message == "a private address stands here (and 980 more follow)"


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@hypothesis_settings(derandomize=True, deadline=None, max_examples=300)
def test_any_bytes_give_findings_and_never_an_error(content: bytes) -> None:
    for finding in disclosure.findings(PATH, content, documents.read(PATH, content).document):
        assert finding.rule == "secret"


@given(st.sampled_from([text for texts in SECRETS.values() for text in texts]), st.data())
@hypothesis_settings(derandomize=True, deadline=None, max_examples=300)
def test_a_secret_between_other_words_is_found_all_the_same(secret: str, data: st.DataObject) -> None:
    words = st.lists(st.sampled_from(["step", "failed", "in", "4-install", "50%", "(app-a)", "→"]), max_size=6)
    before, after = " ".join(data.draw(words)), " ".join(data.draw(words))
    assert kinds(f"{before} {secret} {after}")


SLOW = [
    *("eyJ-", "eyJ", "a.", "a-", "a:", "a://", "a://b:", "a+", "10.", "10.0.0.", "1", "fd00:", ":", "=", "key", "key="),
    *("password", "password=", "password: ", "token", "token ", "bearer ", "authorization:", "-----BEGIN ", "A "),
    *(
        "-----BEGIN A A A ",
        "8Q~",
        "aaa8Q~",
        "ghp_",
        "ghp_a",
        "glpat-",
        "xoxb-",
        "ya29.",
        "a.internal",
        "a.local.",
        "?sig=",
    ),
    *("npm_", "pypi-", "hvs.", "a/10.0.0.1", "://10.0.0.1 ", '"', "\\", " ", "\n", "0.0.0.0.", "é", "fe80::"),
]


@pytest.mark.parametrize("unit", SLOW)
def test_the_time_grows_with_the_length_only(unit: str) -> None:
    content = (unit * (documents.MAX_BYTES // len(unit.encode()))).encode()
    before = time.process_time()
    disclosure.findings(PATH, content, None)
    assert time.process_time() - before < 5


# --- in `check`


def leaking(run_id: str = "toy-run-0001") -> Paper:
    tests = papers.outcomes(A_1="failed")
    tests[0]["message"] = f"git clone https://{GITHUB}@github.com/kelp/kelp: exit status 128"
    return result(run_id=run_id, results=tests)


def secrets(findings: tuple[Finding, ...]) -> list[tuple[str, int | None]]:
    return [(finding.path, finding.line) for finding in findings if finding.rule == "secret"]


def test_check_refuses_a_secret_in_a_result_whatever_its_signature(tmp_path: Path, capsys: Captured) -> None:
    repository = toy(tmp_path / "r")
    signed = pair(leaking())
    content = signed[PATH]
    assert isinstance(content, bytes)
    line = content[: content.index(GITHUB.encode())].count(b"\n") + 1
    for files in (signed, {PATH: content, f"{PATH}.sig": None}, {PATH: content, f"{PATH}.sig": b"junk"}):
        repository.write(files)
        assert secrets(ledger.check(repository.root)) == [(PATH, line)]
        assert cli.main(["check", "--root", str(repository.root), str(repository.root / PATH)]) == console.FINDINGS
        printed = capsys.readouterr().out
        assert f"{PATH}:{line}: error secret: an access token of a known form stands here" in printed
        assert GITHUB not in printed


def test_check_refuses_a_stray_kubeconfig_beside_the_results(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    repository.write(
        {"results/kelp/config": b"users:\n- user:\n    client-key-data: YWJj\n", "config": b"password: x\n"}
    )
    assert secrets(ledger.check(repository.root)) == [("results/kelp/config", 3)]


def test_sign_takes_its_signature_back_from_a_result_that_leaks(tmp_path: Path, capsys: Captured) -> None:
    repository = toy(tmp_path / "r")
    repository.write({PATH: pair(leaking())[PATH]})
    key = papers.ROBOT.write(tmp_path)
    assert cli.main(["sign", "--root", str(repository.root), str(repository.root / PATH), "--key", str(key)]) == 1
    assert "error secret" in capsys.readouterr().out
    assert not (repository.root / f"{PATH}.sig").exists()


def test_what_is_published_stays_countable_and_a_withdrawal_ends_the_complaint(tmp_path: Path) -> None:
    repository = toy(tmp_path / "r")
    files = pair(leaking())
    repository.commit(files)
    assert [entry.verdict.state.value for entry in ledger.read(repository.root).entries] == ["verified"]
    assert [path for path, _ in secrets(ledger.check(repository.root))] == [PATH]
    content = files[PATH]
    assert isinstance(content, bytes)
    withdrawn = [{"digest": papers.digest(content), "reason": "It shows a token, which was revoked."}]
    repository.commit(signed_registry(next_registry(repository, papers.registry(), withdrawn=withdrawn)))
    assert secrets(ledger.check(repository.root)) == []


def proposed(root: Path) -> Repository:
    repository = toy(root)
    repository.commit(pair(result()))
    repository.git("switch", "--quiet", "--create", "robot")
    return repository


def test_a_change_is_refused_for_a_secret_in_its_files_and_in_its_messages(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit(pair(leaking("toy-run-0002")))
    message = f"Publish a result\n\nThe log: http://10.0.0.7/ and {GITHUB}\n"
    repository.git("commit", "--quiet", "--allow-empty", "--message", message)
    found = [finding for finding in review.review(repository.root, "main").findings if finding.rule == "secret"]
    head = repository.head
    assert [(finding.path, finding.line, finding.commit) for finding in found[:2]] == [("", 3, head), ("", 3, head)]
    assert found[0].message == f"a private address stands in the message of commit {head}"
    assert found[2].path == "results/kelp/v1.0.0/toy-run-0002.yaml"
    assert len(found) == 3


def test_a_secret_that_a_later_commit_takes_away_is_merged_with_both(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit(pair(leaking("toy-run-0002")))
    leaked = repository.head
    repository.commit(pair(result(run_id="toy-run-0002")))
    found = review.review(repository.root, "main").findings
    assert [(finding.rule, finding.commit) for finding in found] == [("secret", leaked)]
    assert leaked in found[0].message


def test_a_secret_on_the_base_is_not_held_against_a_change_that_merged_it(tmp_path: Path) -> None:
    repository = proposed(tmp_path / "r")
    repository.commit(pair(result(run_id="toy-run-0002")))
    repository.git("switch", "--quiet", "main")
    repository.commit(pair(leaking("toy-run-0003")))
    repository.git("switch", "--quiet", "robot")
    repository.merge("main")
    assert review.review(repository.root, "main").findings == ()
