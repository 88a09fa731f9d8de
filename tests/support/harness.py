"""What the harness of an invented mesh wrote, and a programme that its report belongs to."""

from __future__ import annotations

from pathlib import Path

from tests.support import papers
from tests.support.papers import PROJECT
from tests.support.repository import Repository, basis

SUITE = "schema/suites/gateway-api/v1.3.yaml"
RESULTS = "results/kelp/v1.4.2"
REPORT = """\
apiVersion: gateway.networking.k8s.io/v1
kind: ConformanceReport
date: "2026-05-11T14:21:05Z"
gatewayAPIChannel: standard
gatewayAPIVersion: v1.3.0
implementation:
  contact: [https://kelp.example/contact]
  organization: kelp
  project: kelp
  url: https://kelp.example
  version: v1.4.2
mode: default
profiles:
- name: MESH-HTTP
  summary: Core tests succeeded. Extended tests succeeded.
  core:
    result: success
    statistics: {Failed: 0, Passed: 7, Skipped: 0}
  extended:
    result: success
    statistics: {Failed: 0, Passed: 1, Skipped: 0}
    supportedFeatures: [MeshHTTPRouteSchemeRedirect]
    unsupportedFeatures: [MeshHTTPRouteRewritePath]
"""
"""A report of Gateway API's conformance tests; mesh, version and numbers are invented."""

ROBOT = """\
apiVersion: meshmark/v1
kind: Robot
publisher: kelp-robot
mesh: kelp
platform: kind
identity: {name: Kelp robot, email: robot@kelp.example}
"""


def programme(root: Path) -> Repository:
    """Start a programme that knows the robot of Kelp and one version of Gateway API's test set."""
    schemas = {f"schema/{path.name}": path.read_bytes() for path in (PROJECT / "schema").glob("*.json")}
    aliases = [{"suite": "gateway-api", "levels": ["core", "extended"]}]
    more = {
        SUITE: (PROJECT / SUITE).read_bytes(),
        "meshmark.yaml": papers.written(papers.programme(aliases=aliases)),
    }
    repository = Repository(root).start()
    repository.commit(basis() | schemas | more)
    return repository
