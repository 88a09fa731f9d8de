"""Every public path of the site, named once; all relative to the site's root."""

from __future__ import annotations

import posixpath

FRONT = "index.html"
METHOD = "method/index.html"
ACCOUNTS = "sm-service-accounts/index.html"
QUARANTINE = "quarantine/index.html"
ALLOWED_SIGNERS = "allowed_signers"
AUDIT = "audit/index.html"
PROVENANCE = "provenance.json"
CHECKPOINT = "checkpoint.json"
STYLE = "assets/meshmark.css"
ICON = "assets/icon.svg"

REGISTRY_FOLDER = "registry"
REGISTRY = "registry/service-accounts.yaml"
REGISTRY_SIGNATURES = "registry/sigs"
PROGRAMME = "meshmark.yaml"
SCHEMAS = "schema"
SUITES = "schema/suites"
FINDINGS_SCHEMA = "schema/findings.schema.json"
IMPORT_SCHEMA = "schema/import.schema.json"
SUBMISSION_SCHEMA = "schema/submission.schema.json"
VERIFY_SCHEMA = "schema/verify-report.schema.json"
RESULTS = "results"
TEMPLATES = "site_templates"
OUT = "public"


def mesh(mesh_id: str) -> str:
    """Path of the page of one mesh."""
    return f"meshes/{mesh_id}/index.html"


def run(mesh_id: str, mesh_version: str, run_id: str) -> str:
    """Path of the page of one run."""
    return f"meshes/{mesh_id}/{mesh_version}/{run_id}/index.html"


def result(mesh_id: str, mesh_version: str, run_id: str) -> str:
    """Path of a result file, in the repository and on the site: a pure function of its fields."""
    return f"{RESULTS}/{mesh_id}/{mesh_version}/{run_id}.yaml"


def statement(mesh_id: str, mesh_version: str, run_id: str) -> str:
    """Path of the in-toto statement about a result."""
    return f"statements/{mesh_id}/{mesh_version}/{run_id}.intoto.json"


def sidecar(path: str) -> str:
    """Path of the signature that belongs to the file at `path`."""
    return f"{path}.sig"


def registry_signature(maintainer_id: str) -> str:
    """Path of a maintainer's signature over the registry."""
    return f"{REGISTRY_SIGNATURES}/{maintainer_id}.sig"


def suite(suite_id: str, version: str) -> str:
    """Path of a suite file, in the repository and on the site."""
    return f"{SUITES}/{suite_id}/{version}.yaml"


def schema(kind: str) -> str:
    """Path of the JSON Schema of one kind of document."""
    names = {
        "Result": "result",
        "Suite": "suite",
        "ServiceAccounts": "service-accounts",
        "Programme": "programme",
        "Robot": "robot",
        "Mapping": "mapping",
    }
    return f"{SCHEMAS}/{names[kind]}.schema.json"


def relative(target: str, page: str) -> str:
    """Give the link from `page` to `target`, both paths below the site's root.

    Links name `index.html` so that they also work from a folder on disk.
    """
    return posixpath.relpath(target, posixpath.dirname(page) or ".")
