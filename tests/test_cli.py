"""What `cli` promises: verbs, formats, exit codes, and a start that loads only what it needs."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from generator import __version__, cli, console, server
from tests.support import papers
from tests.support.papers import PROJECT, result
from tests.support.repository import REGISTRY_PATH, Link, Repository, pair, toy

PATH = "results/kelp/v1.0.0/toy-run-0001.yaml"
Captured = pytest.CaptureFixture[str]


def programme(root: Path) -> Repository:
    """A programme with one result, and with this project's templates."""
    repository = toy(root)
    repository.commit(pair(result()))
    repository.write({"site_templates": Link(str(PROJECT / "site_templates"))})
    return repository


def run(repository: Repository, *argv: str) -> int:
    verb, *rest = argv
    return cli.main([verb, "--root", str(repository.root), *rest])


def test_build_writes_the_site_and_is_clean(tmp_path: Path, capsys: Captured) -> None:
    repository = programme(tmp_path / "r")
    assert run(repository, "build") == console.CLEAN
    assert (repository.root / "public" / "index.html").is_file()
    assert "1 result counts; no findings" in capsys.readouterr().out


def test_build_publishes_what_is_sound_and_exits_with_1_when_something_is_not(tmp_path: Path, capsys: Captured) -> None:
    repository = programme(tmp_path / "r")
    repository.commit({"results/kelp/v1.0.0/toy-run-0002.yaml": b"unsigned"})
    assert run(repository, "build", "--out", str(tmp_path / "site"), "--as-of", "2026-06-01") == console.FINDINGS
    assert "toy-run-0002" in (tmp_path / "site" / "quarantine" / "index.html").read_text()
    assert "error unsigned" in capsys.readouterr().out


def test_build_leaves_the_old_site_when_the_registry_is_not_valid(tmp_path: Path, capsys: Captured) -> None:
    repository = programme(tmp_path / "r")
    run(repository, "build")
    before = (repository.root / "public" / "index.html").read_bytes()
    repository.commit({REGISTRY_PATH: b"a: b"})
    assert run(repository, "build") == console.STOPPED
    assert (repository.root / "public" / "index.html").read_bytes() == before
    assert "nothing can be published: it is not a valid document" in capsys.readouterr().err


def test_check_names_file_rule_and_fix(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = programme(tmp_path / "r")
    assert run(repository, "check") == console.CLEAN
    assert capsys.readouterr().out == "no findings\n"
    repository.write({PATH: b"changed"})
    monkeypatch.chdir(repository.root / "results" / "kelp")
    assert cli.main(["check", "v1.0.0/toy-run-0001.yaml"]) == console.FINDINGS
    printed = capsys.readouterr().out
    assert f"{PATH}: error tampered" in printed
    assert "fix: restore the verified bytes" in printed
    assert "1 error" in printed


def test_check_prints_json_with_every_field(tmp_path: Path, capsys: Captured) -> None:
    repository = programme(tmp_path / "r")
    bad = papers.written(result(run_id="toy-run-0002")).replace(b'"v1.29.4"', b"1.20")
    path = "results/kelp/v1.0.0/toy-run-0002.yaml"
    repository.write({path: bad, f"{path}.sig": papers.ROBOT.sign(bad)})
    assert run(repository, "check", "--format", "json", str(repository.root / path)) == console.FINDINGS
    malformed, detail = json.loads(capsys.readouterr().out)["findings"]
    assert (malformed["rule"], malformed["path"]) == ("malformed", path)
    assert detail["rule"] == "schema-type"
    assert detail["pointer"] == "/environment/kubernetes"
    assert detail["line"] == bad[: bad.index(b"1.20")].count(b"\n") + 1
    assert detail["fix"].startswith("quote the value")
    assert set(detail) == {"rule", "severity", "path", "line", "pointer", "commit", "message", "fix"}


def test_verify_prints_the_state_of_every_result(tmp_path: Path, capsys: Captured) -> None:
    repository = programme(tmp_path / "r")
    repository.commit({"results/kelp/v1.0.0/toy-run-0002.yaml": b"unsigned"})
    assert run(repository, "verify") == console.FINDINGS
    printed = capsys.readouterr().out
    assert f"verified           {PATH}  kelp-robot (robot)" in printed
    assert "1 of 2 results count" in printed
    assert run(repository, "verify", "--format", "json") == console.FINDINGS
    data = json.loads(capsys.readouterr().out)
    assert data["head"] == repository.head
    assert [one["state"] for one in data["results"]] == ["verified", "unsigned"]
    assert data["results"][0]["steps"][0]["number"] == "4"
    assert data["findings"][0]["rule"] == "unsigned"


def test_a_stop_is_json_too(tmp_path: Path, capsys: Captured) -> None:
    root = tmp_path / "r"
    root.mkdir()
    assert cli.main(["verify", "--root", str(root), "--format", "json"]) == console.STOPPED
    captured = capsys.readouterr()
    assert json.loads(captured.out)["findings"][0]["rule"] == "unverifiable"
    assert "not a git repository" in captured.err
    assert cli.main(["check", "--root", str(tmp_path / "nowhere"), "--format", "json"]) == console.STOPPED
    assert json.loads(capsys.readouterr().out)["findings"][0]["rule"] == "stopped"


def test_explain_leads_from_the_cell_to_the_observation_the_file_and_the_commit(
    tmp_path: Path, capsys: Captured
) -> None:
    repository = programme(tmp_path / "r")
    suite = papers.written(papers.suite(version="v2", specifications=papers.suite()["specifications"]))
    named = {"id": "toy", "version": "v2", "digest": papers.digest(suite)}
    items = papers.outcomes(A_2="failed")
    items[1] |= {"message": "lost\npackets", "capability": "full"}
    repository.commit(
        {"schema/suites/toy/v2.yaml": suite, **pair(result(run_id="toy-run-0002", suite=named, results=items))}
    )
    assert run(repository, "explain", "kelp", "alpha") == console.CLEAN
    printed = capsys.readouterr().out
    assert printed.index("toy-run-0002") < printed.index("toy-run-0001")
    assert "capability full, compliance fail: passed 1 of 2 tested" in printed
    assert "A-2          failed   -> full / fail, claimed" in printed
    assert "lost\\npackets" in printed
    assert repository.head in printed
    assert "beta" not in printed
    assert run(repository, "explain", "kelp") == console.CLEAN
    assert "all tests:" in capsys.readouterr().out


def test_explain_knows_what_it_does_not_know(tmp_path: Path, capsys: Captured) -> None:
    repository = programme(tmp_path / "r")
    assert run(repository, "explain", "moss") == console.STOPPED
    assert "meshes with results: kelp" in capsys.readouterr().err
    assert run(repository, "explain", "kelp", "gamma") == console.STOPPED
    assert "known: alpha, beta" in capsys.readouterr().err


def test_a_programme_is_found_from_below_and_missed_elsewhere(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = programme(tmp_path / "r")
    monkeypatch.chdir(repository.root / "results" / "kelp")
    assert cli.main(["verify"]) == console.CLEAN
    monkeypatch.chdir(tmp_path)
    assert cli.main(["verify"]) == console.STOPPED
    assert "name the programme's folder with --root" in capsys.readouterr().err


def test_a_path_outside_the_programme_stops(tmp_path: Path, capsys: Captured) -> None:
    assert run(programme(tmp_path / "r"), "check", str(tmp_path / "elsewhere.yaml")) == console.STOPPED
    assert "is not below" in capsys.readouterr().err


def test_wrong_words_exit_with_2_and_version_with_0(capsys: Captured) -> None:
    for argv, code in ((["nonsense"], 2), ([], 2), (["build", "--as-of", "soon"], 2), (["--version"], 0)):
        with pytest.raises(SystemExit) as ended:
            cli.main(argv)
        assert ended.value.code == code
    assert f"meshmark {__version__}" in capsys.readouterr().out


def test_a_bug_shows_its_traceback_and_exits_with_3(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = programme(tmp_path / "r")
    monkeypatch.setattr("generator.ledger.audit", lambda *_, **__: 1 / 0)
    assert run(repository, "verify") == console.BUG
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_an_interrupt_exits_with_130(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    repository = programme(tmp_path / "r")
    monkeypatch.setattr("generator.ledger.audit", interrupt)
    assert run(repository, "verify") == console.INTERRUPTED
    assert "interrupted" in capsys.readouterr().err


def subprocess_run(repository: Repository, *argv: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "generator", *argv],
        cwd=repository.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        capture_output=True,
        check=False,
    )


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_builds_under_other_seeds_time_zones_and_locales_are_the_same_bytes(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    settings = (
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"},
        {"PYTHONHASHSEED": "2", "TZ": "America/Anchorage", "LC_ALL": "C", "PYTHONUTF8": "0"},
    )
    sites = []
    for number, environment in enumerate(settings):
        done = subprocess_run(repository, "build", "--out", str(tmp_path / str(number)), **environment)
        assert done.returncode == console.CLEAN, done.stderr
        sites.append(snapshot(tmp_path / str(number)))
    assert sites[0] == sites[1]


def test_a_reader_who_stops_reading_is_no_bug(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    command = f"{sys.executable} -m generator verify --format json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=repository.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


def test_check_loads_no_template_no_chart_and_no_markdown(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    code = (
        "import sys; from generator import cli; cli.main(['check']); "
        "sys.exit(repr(sorted({'jinja2', 'markdown', 'plotly', 'rich'} & sys.modules.keys())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        check=False,
    )
    assert done.stderr.decode().strip() == "[]"


def test_a_served_site_can_be_fetched_and_interrupted(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    # Behind a shell a process may start with this signal ignored.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "serve", "--port", "0"],
        cwd=repository.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
    )
    signal.signal(signal.SIGINT, before)
    assert process.stdout is not None
    with process, process.stdout as printed:
        address = next(line for line in map(bytes.decode, printed) if "http://" in line).split(" ")[4]
        with urllib.request.urlopen(address) as response:  # noqa: S310 - the address is our own server's
            assert b"Toy programme" in response.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == console.CLEAN


def test_a_served_site_follows_what_it_is_made_of(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    repository.write({"site_templates": None, "site_templates/head.html": b""})
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "serve", "--port", "0"],
        cwd=repository.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    with process, process.stdout as printed:
        lines = map(bytes.decode, printed)
        address = next(line for line in lines if "http://" in line).split(" ")[4]
        try:
            repository.commit(pair(result(run_id="toy-run-0002")))
            assert "2 results count" in next(lines)
            front = (PROJECT / "site_templates" / "front.html").read_bytes()
            repository.write({"site_templates/front.html": front.replace(b"meshes with results", b"meshes, all told")})
            assert "2 results count" in next(lines)
            with urllib.request.urlopen(address) as response:  # noqa: S310 - the address is our own server's
                content = response.read()
            assert b"meshes, all told" in content
            assert b"/_meshmark/reload.js?" in content
            repository.write({"site_templates/front.html": b"{% broken"})
            assert next(lines) == "the site stays as it was\n"
            (repository.root / "meshmark.yaml").touch()
            assert next(lines) == "meshmark.yaml changed: the site follows once that is committed\n"
            assert b"/_meshmark/" not in (repository.root / "public" / "index.html").read_bytes()
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(timeout=60)
    assert code == console.STOPPED


def test_a_taken_port_is_said_plainly(tmp_path: Path, capsys: Captured) -> None:
    repository = programme(tmp_path / "r")
    with server.serve(tmp_path, 0) as other:
        threading.Thread(target=other.handle_request, daemon=True)
        assert run(repository, "serve", "--port", str(other.server_port)) == console.STOPPED
    assert "choose another with --port" in capsys.readouterr().err


def test_progress_is_drawn_on_a_terminal_and_not_in_a_pipe(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    drawn, printed = on_a_terminal(repository, "verify")
    assert b"verifying" in drawn
    assert b"verifying" not in printed
    assert subprocess_run(repository, "verify").stderr == b""


def test_a_build_shows_every_long_step_with_its_rate(tmp_path: Path) -> None:
    repository = programme(tmp_path / "r")
    drawn, printed = on_a_terminal(repository, "build")
    for step in (b"verifying", b"rendering", b"writing"):
        assert step in drawn
        assert step not in printed
    count = printed.split(b" files in ")[0]
    words = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", drawn)
    assert re.search(rb"writing .*%b/%b [0-9,]+/s" % (count, count), words)
    assert subprocess_run(repository, "build").stderr == b""


def on_a_terminal(repository: Repository, verb: str) -> tuple[bytes, bytes]:
    """Run a verb whose standard error is a terminal; gives what was drawn there, and what was printed."""
    leader, follower = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", verb],
        cwd=repository.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=follower,
    )
    os.close(follower)
    printed = process.communicate()[0]
    drawn = b""
    # Linux ends a terminal whose other side is gone with an input/output error.
    with contextlib.suppress(OSError):
        while chunk := os.read(leader, 4096):
            drawn += chunk
    os.close(leader)
    assert process.returncode == console.CLEAN
    return drawn, printed
