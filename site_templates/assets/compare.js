/* Any two runs, test by test, on the page that lets a reader choose them. No framework, no request unasked. */
"use strict";

(() => {
  const json = async (address) => {
    if (location.protocol === "file:") {
      throw new Error("a browser lets no page read other files from a folder on disk: serve the site, for example with `meshmark serve`");
    }
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
    return answer.json();
  };

  /** Make an element with attributes and children; text stays text. */
  const make = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const varied = (run) => Object.entries(run.variant).map(([name, value]) => `${name} ${value}`).join(", ");
  const named = (side) => `${side.title} ${side.run.mesh_version === "unknown" ? "version unknown" : side.run.mesh_version}`;

  /** Sort the tests of two runs by what became of them: the rules of generator/comparison.py. */
  const grouped = (from, to) => {
    const two = from.run.mesh !== to.run.mesh;
    const labels = two
      ? { passing: `Only ${to.title} passes`, failing: `Only ${from.title} passes`, capability: "Capability differs", otherwise: "Otherwise different" }
      : { failing: "Newly failing", passing: "Newly passing", capability: "Capability changed", otherwise: "Otherwise changed" };
    const kind = (past, now) => {
      const moved = past.compliance !== now.compliance;
      if (two && moved && now.compliance === "pass") return "passing";
      if (two && moved && past.compliance === "pass") return "failing";
      const tested = ["pass", "fail"].filter((one) => one === past.compliance || one === now.compliance).length;
      if (moved && tested === 2) return now.compliance === "pass" ? "passing" : "failing";
      if (!two && moved && tested && [past.compliance, now.compliance].includes("not tested")) return "otherwise";
      if (past.capability !== now.capability) return "capability";
      return moved ? "otherwise" : "same";
    };
    const groups = Object.fromEntries([...Object.keys(labels), "same"].map((name) => [name, []]));
    const earlier = new Map(from.run.tests.map((test) => [test.id, test]));
    for (const test of to.run.tests) groups[kind(earlier.get(test.id), test)].push([earlier.get(test.id), test]);
    return { groups: Object.entries(labels).map(([name, label]) => [label, groups[name]]), unchanged: groups.same.length };
  };

  /** A test's id says its title already where it ends with it. */
  const titled = (id, title) => (id.endsWith(title) ? "" : title);

  const listed = (label, head, rows) => {
    const columns = make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)));
    const body = rows.map(([id, title, ...rest]) =>
      make("tr", {}, make("th", { scope: "row" }, make("code", {}, id), make("span", { class: "kind" }, titled(id, title))),
        ...rest.map((text, place) => make("td", { "data-label": head[place + 1] }, text))));
    return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": label },
      make("table", { class: "list" }, make("thead", {}, columns), make("tbody", {}, ...body)));
  };

  /** Pair the tests of two versions of one suite, later id to earlier: the rules of generator/comparison.py. */
  const sameTests = (old, recent) => {
    const pairs = new Map();
    if (old.id !== recent.id) return pairs;
    const told = [
      ...recent.tests.flatMap((test) => test.aliases.filter((one) => one.version === old.version).map((one) => [test.id, one.test])),
      ...old.tests.flatMap((test) => test.aliases.filter((one) => one.version === recent.version).map((one) => [one.test, test.id])),
      ...recent.tests.map((test) => [test.id, test.id]),
    ];
    const [free, left] = [recent, old].map((suite) => new Set(suite.tests.map((test) => test.id)));
    for (const [later, earlier] of told) {
      if (free.has(later) && left.has(earlier)) {
        pairs.set(later, earlier);
        free.delete(later);
        left.delete(earlier);
      }
    }
    return pairs;
  };

  /** Tell two test sets apart where their runs cannot be compared. */
  const apart = (old, recent) => {
    const pairs = sameTests(old, recent);
    const back = new Set(pairs.values());
    const before = new Map(old.tests.map((test) => [test.id, test]));
    const named = (test) => [test.id, test.title, test.specification];
    const renamed = recent.tests.filter((test) => pairs.has(test.id) && pairs.get(test.id) !== test.id);
    const groups = [
      ["Renamed", ["Test", "Before"], renamed.map((test) => [test.id, test.title, `${pairs.get(test.id)} ${titled(pairs.get(test.id), before.get(pairs.get(test.id)).title)}`])],
      ["Added", ["Test", "Specification"], recent.tests.filter((test) => !pairs.has(test.id)).map(named)],
      ["Removed", ["Test", "Specification"], old.tests.filter((test) => !back.has(test.id)).map(named)],
    ];
    const parts = [make("p", { class: "source-note" }, make("strong", {}, "Not comparable: "),
      `the runs used different test sets (${old.title} and ${recent.title}), so their tests are not the same and nothing is compared. ${counted(pairs.size, "test")} ${pairs.size === 1 ? "is" : "are"} in both.`)];
    for (const [label, head, rows] of groups) {
      if (rows.length) parts.push(make("h3", {}, `${label}: ${rows.length}`), listed(label, head, rows));
    }
    return parts;
  };

  /** Say of both runs what a reader must know before the tests: which, with what, when, how old, how believed. */
  const sides = (from, to) => {
    const head = ["Which", "Run", "Test set", "Taken", "Age", "Variant", "Kubernetes", "Provenance"];
    const row = (which, side) => {
      const { run, suite } = side;
      const cells = [
        make("a", { href: side.page }, named(side)), `${suite.title}, ${counted(suite.tests.length, "test")}`, side.date,
        run.freshness, varied(run) || "none", run.environment.kubernetes,
        `${run.provenance.transcribed ? "transcribed" : run.provenance.state}, ${run.provenance.publisher}`,
      ];
      return make("tr", {}, make("th", { scope: "row" }, which),
        ...cells.map((cell, place) => make("td", { "data-label": head[place + 1] }, cell)));
    };
    return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": "The two runs" },
      make("table", { class: "list" },
        make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
        make("tbody", {}, row("From", from), row("To", to))));
  };

  const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  const compared = (from, to) => {
    const parts = [make("h2", {}, `${named(from)} and ${named(to)}`), sides(from, to)];
    const clusters = [from, to].map((side) => side.run.environment.kubernetes);
    if (clusters[0] !== clusters[1]) {
      parts.push(make("p", {}, `The clusters differ: Kubernetes ${clusters[0]}, then ${clusters[1]}.`));
    }
    const variants = [from, to].map((side) => varied(side.run) || "none");
    if (variants[0] !== variants[1]) {
      parts.push(make("p", { class: "source-note" }, make("strong", {}, "The variants differ: "),
        `${variants[0]}, then ${variants[1]}. What differs below may come from that.`));
    }
    if (from.run.suite.digest !== to.run.suite.digest) return [...parts, ...apart(from.suite, to.suite)];
    const { groups, unchanged } = grouped(from, to);
    const two = from.run.mesh !== to.run.mesh;
    const titles = new Map(to.suite.tests.map((test) => [test.id, test.title]));
    const said = (test) => `${test.capability}, ${test.compliance} (${test.outcome})`;
    const head = ["Test", ...(two ? [from, to].map(named) : ["From", "To"])];
    if (!two) parts.push(make("p", { class: "note" }, document.querySelector("form[data-rule]").dataset.rule));
    for (const [label, pairs] of groups) {
      const rows = pairs.map(([past, test]) => [test.id, titles.get(test.id) ?? "", said(past), said(test)]);
      if (rows.length) parts.push(make("h3", {}, `${label}: ${rows.length}`), listed(label, head, rows));
    }
    parts.push(make("p", {}, `${unchanged} of ${counted(to.run.tests.length, "test")} ${two ? "stand alike in both" : "stand as they did"}.`));
    return parts;
  };

  const chooser = (form) => {
    const place = document.querySelector(".compared");
    const [from, to] = [form.elements.from, form.elements.to];
    to.replaceChildren(...[...from.children].map((group) => group.cloneNode(true)));
    // The options of a line begin with its newest run: from the one before to that one.
    if (from.options.length > 1) from.selectedIndex = 1;
    to.selectedIndex = 0;
    const fetched = (name) => json(new URL(name, new URL(form.dataset.compare, location.href)));
    const suite = (run) => fetched(`suites/${run.suite.id}/${run.suite.version}.json`);
    const refuse = (text) => place.replaceChildren(make("p", { class: "source-note" }, `The comparison is not available: ${text}.`));
    const show = async () => {
      try {
        if (from.value === to.value) throw new Error("the same run is chosen twice, so nothing can differ; choose another one");
        const root = new URL(form.dataset.root, location.href);
        place.replaceChildren(...compared(...await Promise.all([from, to].map(async (select) => {
          const [option] = select.selectedOptions;
          const run = await fetched(`${option.dataset.folder}${option.value}.json`);
          const page = new URL(run.page, root).href;
          return { run, page, suite: await suite(run), title: option.parentElement.dataset.title, date: option.dataset.date };
        }))));
      } catch (error) {
        refuse(error.message);
      }
    };
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const query = new URLSearchParams({ from: from.value, to: to.value });
      history.replaceState(null, "", `?${query}`);
      show();
    });
    const asked = new URLSearchParams(location.search);
    const unknown = [];
    for (const select of [from, to]) {
      const wanted = asked.get(select.name);
      if (wanted === null) continue;
      if ([...select.options].some((option) => option.value === wanted)) select.value = wanted;
      else unknown.push(wanted.slice(0, 80));
    }
    if (unknown.length) refuse(`no run that counts is called ${unknown.join(" or ")}`);
    else if (asked.has("from") && asked.has("to") && from.value && to.value) show();
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-compare]").forEach(chooser));
})();
