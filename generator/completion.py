"""Shell completion: a command line in, a script for one of three shells out."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flag of a verb: how it may be written, what it says, whether a value follows, and which."""

    names: tuple[str, ...]
    text: str
    takes_value: bool
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a command line stands after `words`: what may follow there."""

    words: tuple[str, ...]
    verbs: tuple[tuple[str, str], ...]
    flags: tuple[Flag, ...]
    choices: tuple[str, ...]


def places(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[Place]:
    """Give every place of a command line, the outermost first."""
    verbs, flags, choices = list[tuple[str, str]](), list[Flag](), list[str]()
    inner = list[tuple[str, argparse.ArgumentParser]]()
    for action in parser._actions:  # noqa: SLF001 - argparse tells it in no other way
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            verbs += [(one.dest, one.help or "") for one in action._choices_actions]  # noqa: SLF001 - the same
            inner += action.choices.items()
        elif action.option_strings:
            flags.append(
                Flag(
                    names=tuple(action.option_strings),
                    text=(action.help or "").split(" (")[0],
                    takes_value=action.nargs != 0,
                    choices=tuple(map(str, action.choices or ())),
                )
            )
        else:
            choices += map(str, action.choices or ())
    yield Place(words=words, verbs=tuple(verbs), flags=tuple(flags), choices=tuple(choices))
    for name, sub in inner:
        yield from places(sub, (*words, name))


def bash(parser: argparse.ArgumentParser) -> str:
    """Write the script for bash."""
    known = list(places(parser))
    deeper = _patterns(f"{' '.join(place.words[:-1])} {place.words[-1]}" for place in known if place.words)
    return f"""\
_meshmark() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" place="" word words=""
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$place $word" in
      {deeper}) place="${{place:+$place }}$word" ;;
    esac
  done
  COMPREPLY=()
  case "$place $prev" in
{_cases(_values(known))}  esac
  if [ -z "$words" ]; then
    case "$cur" in
      -*) case "$place" in
{_cases({" ".join(p.words): " ".join(n for f in p.flags for n in f.names) for p in known})}        esac ;;
      *) case "$place" in
{_cases({" ".join(p.words): _followers(p) for p in known if _followers(p)})}        esac ;;
    esac
  fi
  if [ "$words" = FILES ] || [ -z "$words" ]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
  else
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$cur")
  fi
}}
complete -o filenames -F _meshmark meshmark
"""


def _followers(place: Place) -> str:
    return " ".join((*(name for name, _ in place.verbs), *place.choices))


def _values(known: list[Place]) -> dict[str, str]:
    return {
        f"{' '.join(place.words)} {name}": " ".join(flag.choices) or "FILES"
        for place in known
        for flag in place.flags
        if flag.takes_value
        for name in flag.names
    }


def _patterns(texts: Iterator[str]) -> str:
    return " | ".join(f'"{text}"' for text in texts)


def _cases(words: Mapping[str, str]) -> str:
    grouped = dict[str, list[str]]()
    for key, value in words.items():
        grouped.setdefault(value, []).append(key)
    return "".join(f'    {_patterns(iter(keys))}) words="{value}" ;;\n' for value, keys in grouped.items())


def zsh(parser: argparse.ArgumentParser) -> str:
    """Write the script for zsh, which can do what bash does."""
    return f"autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n{bash(parser)}"


def fish(parser: argparse.ArgumentParser) -> str:
    """Write the script for fish."""
    return "".join(line for place in places(parser) for line in _fish_lines(place))


def _fish_lines(place: Place) -> Iterator[str]:
    seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in place.words)
    if place.verbs:
        names = " ".join(name for name, _ in place.verbs)
        unseen = "; and ".join(filter(None, (seen, f"not __fish_seen_subcommand_from {names}")))
        for name, text in place.verbs:
            yield f"complete -c meshmark -f -n {_quoted(unseen)} -a {name} -d {_quoted(text)}\n"
    condition = f" -n {_quoted(seen or '__fish_use_subcommand')}"
    for choice in place.choices:
        yield f"complete -c meshmark -f{condition} -a {choice}\n"
    for flag in place.flags:
        names = "".join(f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in flag.names)
        value = f" -x -a {_quoted(' '.join(flag.choices))}" if flag.choices else " -r" if flag.takes_value else ""
        yield f"complete -c meshmark{condition}{names}{value} -d {_quoted(flag.text)}\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SHELLS: Final[Mapping[str, Callable[[argparse.ArgumentParser], str]]] = {"bash": bash, "fish": fish, "zsh": zsh}
