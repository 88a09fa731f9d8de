"""Every public path of the site, named once; all relative to the site's root."""

from __future__ import annotations

import functools

FRONT = "index.html"
METHOD = "method/index.html"
READING = "how-to-read/index.html"
GLOSSARY = "glossary/index.html"
TAKE_PART = "take-part/index.html"
RUN_A_PROGRAMME = "run-a-programme/index.html"
ACCOUNTS = "sm-service-accounts/index.html"
QUARANTINE = "quarantine/index.html"
ALLOWED_SIGNERS = "allowed_signers"
AUDIT = "audit/index.html"
PROVENANCE = "provenance.json"
TRANSITIONS = "transitions/index.html"
COMPARE = "compare/index.html"
HISTORY = "history/index.html"
DATA = "data/index.html"
MATRIX_CSV = "data/matrix.csv"
DATASET = "data/dataset.jsonld"
SITE_FEED = "feeds/results.atom"
TRANSITIONS_FEED = "feeds/transitions.atom"
API_INDEX = "api/v1/index"
API_MESHES = "api/v1/meshes"
API_TRANSITIONS = "api/v1/transitions"
NOT_FOUND = "404.html"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
CHECKPOINT = "checkpoint.json"
STYLE = "assets/meshmark.css"
COLOURS = "assets/colours.js"
SCRIPT = "assets/meshmark.js"
COMPARING = "assets/compare.js"
PLOTLY = "assets/plotly.min.js"
PLOTLY_STYLE = "assets/plotly.css"
ICON = "assets/icon.svg"

REGISTRY_FOLDER = "registry"
REGISTRY = "registry/service-accounts.yaml"
REGISTRY_SIGNATURES = "registry/sigs"
PROGRAMME = "meshmark.yaml"
SCHEMAS = "schema"
SUITES = "schema/suites"
DIFFERENCE_SCHEMA = "schema/difference.schema.json"
FINDINGS_SCHEMA = "schema/findings.schema.json"
IMPORT_SCHEMA = "schema/import.schema.json"
SUBMISSION_SCHEMA = "schema/submission.schema.json"
VERIFY_SCHEMA = "schema/verify-report.schema.json"
RESULTS = "results"
TEMPLATES = "site_templates"
OUT = "public"


def extra_page(name: str) -> str:
    """Path of a page of the programme's own."""
    return f"pages/{name}/index.html"


def mesh(mesh_id: str) -> str:
    """Path of the page of one mesh."""
    return f"meshes/{mesh_id}/index.html"


def run(mesh_id: str, mesh_version: str, run_id: str) -> str:
    """Path of the page of one run."""
    return f"meshes/{mesh_id}/{mesh_version}/{run_id}/index.html"


def mesh_version(mesh_id: str, mesh_version: str) -> str:
    """Path of the page of one version of a mesh."""
    return f"meshes/{mesh_id}/{mesh_version}/index.html"


def row(run_id: str) -> str:
    """Anchor of a run in the page of its mesh version."""
    return f"run-{run_id}"


def folded_run(mesh_id: str, mesh_version_: str, run_id: str) -> str:
    """Place of a run that has no page of its own: in the page of its mesh version."""
    return f"{mesh_version(mesh_id, mesh_version_)}#{row(run_id)}"


def specification(suite_id: str, specification_id: str) -> str:
    """Path of the page of one specification, across the versions of its suite."""
    return f"specifications/{suite_id}/{specification_id}/index.html"


def test(suite_id: str, version: str, test_id: str) -> str:
    """Path of the page of one test of one version of a suite."""
    return f"tests/{suite_id}/{version}/{test_id}/index.html"


def test_set(suite_id: str, version: str) -> str:
    """Path of the page of one version of a suite."""
    return f"suites/{suite_id}/{version}/index.html"


def suite_history(suite_id: str) -> str:
    """Path of the page of one suite over time."""
    return f"history/{suite_id}/index.html"


def comparison(before: str, after: str) -> str:
    """Path of the comparison of two runs by their ids, which are unique for ever."""
    return f"compare/from/{before}/to/{after}/index.html"


def variant(fields: tuple[tuple[str, str], ...]) -> str:
    """Name a variant in a path; no two share a name, because no field's name holds a hyphen."""
    return "+".join(f"{name}-{value}" for name, value in fields) or "plain"


def chart(mesh_id: str, suite_id: str, fields: tuple[tuple[str, str], ...], specification_id: str = "") -> str:
    """Path of a figure for plotly: of a whole suite, or of one specification."""
    below = f"/{specification_id}" if specification_id else ""
    return f"charts/{mesh_id}/{suite_id}/{variant(fields)}{below}.json"


def suite_chart(suite_id: str) -> str:
    """Path of the figure of a whole suite over time."""
    return f"charts/{suite_id}.json"


def result(mesh_id: str, mesh_version: str, run_id: str) -> str:
    """Path of a result file, in the repository and on the site: a pure function of its fields."""
    return f"{results(mesh_id, mesh_version)}/{run_id}.yaml"


def results(mesh_id: str, mesh_version: str) -> str:
    """Folder of the result files of one mesh version."""
    return f"{RESULTS}/{mesh_id}/{mesh_version}"


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

    Links name `index.html` so that they also work from a folder on disk. Both paths are plain names between
    slashes, as every function here gives them: a site has links by the hundred thousand.
    """
    folders = _folders(page)
    if not folders or not target.startswith(folders[0]):
        return "../" * len(folders) + target
    parts = target.split("/")
    same = 0
    for mine, other in zip(folders, parts[:-1], strict=False):
        if mine != other:
            break
        same += 1
    return "../" * (len(folders) - same) + "/".join(parts[same:])


@functools.lru_cache(maxsize=256)
def _folders(page: str) -> tuple[str, ...]:
    return tuple(page.split("/")[:-1])


def badge(mesh_id: str, suite_id: str = "", specification_id: str = "", fields: str = "") -> str:
    """Path of a badge without its ending: of a mesh, its suite, a variant of it, or a specification."""
    if specification_id:
        return f"badges/{mesh_id}/specifications/{suite_id}/{specification_id}"
    if suite_id:
        return f"badges/{mesh_id}/suites/{suite_id}" + (f"/{fields}" if fields else "")
    return f"badges/{mesh_id}/mesh"


def badge_page(mesh_id: str) -> str:
    """Path of the page that offers the badges of one mesh for pasting."""
    return f"badges/{mesh_id}/index.html"


def provenance(mesh_id: str) -> str:
    """Path of the verdicts on the results of one mesh."""
    return f"provenance/{mesh_id}.json"


def matrix(mesh_id: str) -> str:
    """Path of the small matrix of one mesh, made for other people's pages."""
    return f"badges/{mesh_id}/matrix.svg"


def mesh_feed(mesh_id: str) -> str:
    """Path of the feed of one mesh."""
    return f"feeds/meshes/{mesh_id}.atom"


def mesh_csv(mesh_id: str) -> str:
    """Path of the table of every test of every run of one mesh."""
    return f"data/meshes/{mesh_id}.csv"


def mesh_earl(mesh_id: str) -> str:
    """Path of the EARL report about one mesh."""
    return f"data/meshes/{mesh_id}.earl.jsonld"


def latest(mesh_id: str, suite_id: str = "", fields: str = "") -> str:
    """Path that always holds the newest result of a mesh, of one suite, or of one variant of it."""
    return "latest/" + "/".join(part for part in (mesh_id, suite_id, fields) if part) + ".yaml"


def api_mesh(mesh_id: str) -> str:
    """Path of a mesh in the API, without its ending."""
    return f"api/v1/meshes/{mesh_id}"


def api_version(mesh_id: str, mesh_version: str) -> str:
    """Path of a version of a mesh in the API, without its ending."""
    return f"api/v1/versions/{mesh_id}/{mesh_version}"


def api_suite(suite_id: str, version: str) -> str:
    """Path of a version of a suite in the API, without its ending."""
    return f"api/v1/suites/{suite_id}/{version}"


def api_run(mesh_id: str, mesh_version: str, run_id: str) -> str:
    """Path of a run in the API, without its ending."""
    return f"api/v1/runs/{mesh_id}/{mesh_version}/{run_id}"


def api_schema(name: str) -> str:
    """Path of the schema of one kind of API document."""
    return f"{SCHEMAS}/api-{name}.schema.json"
