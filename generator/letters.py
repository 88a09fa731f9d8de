"""What a new programme and the demonstration say about themselves: their README files, pure text."""

from __future__ import annotations

from string import Template
from typing import Final

_PROGRAMME: Final = Template("""\
# $title

Conformance results that anyone can check: signed files in, a verified site out, with
[Meshmark](https://github.com/meshmark/meshmark). This programme was made by `meshmark init`. It builds
as it stands; what it tests is an example, for you to replace.

| here | is |
|---|---|
| `meshmark.yaml` | the programme: title, address, meshes, ages |
| `registry/` | who may publish, signed by the maintainers ($maintainers) |
| `schema/suites/` | the test sets; `example` is one to learn from |
| `schema/*.json` | what a valid file is |
| `results/` | what was published; empty so far |
| `examples/first-result.yaml` | a result to try with |
| `site_templates/`, once you make it | files of the site in place of Meshmark's: logo, texts, templates |
| `.github/workflows/`, `.ci/publish` | the check of a pull request, and publishing |
| `requirements.txt` | the one place that names the version of Meshmark |

The private keys lie outside of this repository, where `meshmark init` said. Each maintainer takes theirs,
protects it (`ssh-keygen -p -f KEY`), and no copy stays behind; each robot's key goes to the CI of its mesh.

## See it

```sh
meshmark build
meshmark verify
```

## Try a first result

On a branch, because what is published on `main` stays for ever. `$$KEYS` is the folder with the keys.

```sh
git switch --quiet --create trial
mkdir -p $place
cp examples/first-result.yaml $result
meshmark sign $result --key "$$KEYS/$robot"
git add results && git commit --quiet --message "Try a first result"
meshmark build
git switch --quiet main
```

## Make it yours, before the first result

1. **The address.** The registry is signed for the audience `$audience`. It is part of every
   result and never changes. If it is not the right one, start again with `meshmark init --base-url`.
2. **The tests.** Write your own `schema/suites/<id>/<version>.yaml`, the example beside it: specifications,
   and the tests of each. A presence assertion asks whether an interface is there, a capability assertion
   whether it works. `meshmark check` names what is wrong with it. Then remove the example. Once results
   refer to a suite it keeps its bytes: a changed test set is a new version in a new file.
3. **The meshes.** List them in `meshmark.yaml`. A robot makes its own key and sends you the public half:
   `meshmark registry add-publisher` enrols it, and `meshmark registry retire-key` retires the example's.
4. **The people.** With one maintainer, one stolen key is enough. Let a second one join soon, and sign with both.

## Publish

1. Push `main` to GitHub. Let Pages be built by workflows; allow merge commits or squashing.
2. Set the variable `MESHMARK_TRUST_ROOT` of the repository to what `meshmark verify` prints under step 2, and
   keep a copy elsewhere.
3. Run the workflow `publish`. Once the site stands, set `MESHMARK_SITE` to its address: from then on every
   build has to continue what was published.

Pin Meshmark in `requirements.txt` by a commit id if you do not want to trust a tag.
""")

_DEMONSTRATION: Final = Template("""\
# $title

> **Everything here is made up.** No mesh, test set, person or result in this repository exists.
>
> **Its keys are public and worthless.** Each private key follows from the name of its owner, by a formula
> that stands in the source of Meshmark, so that the demonstration is the same on every machine. Anybody
> can sign with them. Never enrol one of them anywhere.

`meshmark demo` wrote this: three years of a conformance programme as a real git repository, with signed
results, a signed registry, merges of all kinds, and everything that can go wrong.

```sh
meshmark build
meshmark verify
meshmark serve
```

`build` and `verify` end with exit code 1: the files that do not count are part of the story.

## Who is who

$meshes

## What happened

$events
""")


def programme(*, title: str, audience: str, maintainers: tuple[str, ...], robot: str, result: str) -> str:
    """Write the README of a new programme; `result` is where its example result belongs."""
    return _PROGRAMME.substitute(
        title=title,
        audience=audience,
        maintainers=", ".join(maintainers),
        robot=robot,
        result=result,
        place=result.rpartition("/")[0],
    )


def demonstration(*, title: str, meshes: tuple[tuple[str, str], ...], events: tuple[tuple[str, str], ...]) -> str:
    """Write the README of the demonstration: (name, what to know) of its meshes, (day, what happened)."""
    return _DEMONSTRATION.substitute(
        title=title,
        meshes="\n".join(f"- **{name}**: {text}" for name, text in meshes),
        events="\n".join(f"- {day}: {text}" for day, text in events),
    )
