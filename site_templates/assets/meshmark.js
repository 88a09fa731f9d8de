/* What a page can do beyond being read: find, sort, draw on demand. No framework, no request unasked. */
"use strict";

(() => {
  const COLOURS = { full: "--full", partial: "--partial", none: "--none", unknown: "--unknown", compliance: "--accent",
    pass: "--good", incomplete: "--soft", fail: "--bad", "not tested": "--unknown", "n/a": "--none" };
  const PLOTLY_STYLES = [
    "plotly.js-style-global",
    "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53", // of the maps, which no chart of ours has
  ];
  /** Give a colour of the sheet as it is on this page: a custom property by itself is not resolved. */
  const colour = (name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  let plotly = null;

  /** Load plotly once, from our own address. */
  const library = (address, sheet) => {
    plotly ??= new Promise((resolve, reject) => {
      // The page forbids styles of a script's own: plotly adds none where it finds these marks.
      for (const id of PLOTLY_STYLES) {
        const mark = document.createElement("template");
        mark.id = id;
        mark.className = "no-inline-styles";
        document.head.append(mark);
      }
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = sheet;
      document.head.append(link);
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error("the script for interactive charts cannot be loaded"));
      document.head.append(script);
    });
    return plotly;
  };

  const json = async (address) => {
    if (location.protocol === "file:") {
      throw new Error("a browser lets no page read other files from a folder on disk: serve the site, for example with `meshmark serve`");
    }
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
    return answer.json();
  };

  /** Give a figure the colours and the type of the page. */
  const dressed = (figure) => {
    const ink = colour("--ink"), line = colour("--line"), clear = "rgba(0,0,0,0)";
    for (const trace of figure.data) {
      const own = colour(COLOURS[trace.meta] ?? "--ink");
      const plain = trace.meta === "none" || trace.meta === "unknown";
      trace.marker = { ...trace.marker, color: trace.type === "bar" && plain ? clear : own };
      if (trace.type === "bar") {
        trace.marker.line = { color: own, width: 1 };
        trace.marker.pattern = { ...trace.marker.pattern, fgcolor: own, bgcolor: trace.meta === "full" ? own : clear };
      } else {
        trace.line = { ...trace.line, color: own };
      }
    }
    const font = { color: ink, family: getComputedStyle(document.body).fontFamily };
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: line };
    const layout = { ...figure.layout, font, paper_bgcolor: clear, plot_bgcolor: clear };
    for (const shape of layout.shapes ?? []) shape.line = { ...shape.line, color: colour("--warn"), width: 1.5 };
    for (const name of ["xaxis", "yaxis", "yaxis2"]) layout[name] = { ...axis, ...layout[name] };
    return { data: figure.data, layout };
  };

  const interactive = (chart) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Explore this chart";
    const said = document.createElement("p");
    said.className = "note";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      button.disabled = true;
      said.textContent = "Loading…";
      try {
        const [drawer, figure] = await Promise.all([library(chart.dataset.plotly, chart.dataset.sheet), json(chart.dataset.figure)]);
        const place = document.createElement("div");
        place.className = "figure";
        place.setAttribute("role", "group");
        place.setAttribute("aria-label", "Interactive chart; its numbers are in the table below");
        said.before(place);
        const { data, layout } = dressed(figure);
        await drawer.newPlot(place, data, layout, { responsive: true, displayModeBar: false });
        said.textContent = "The numbers of this chart are in the table below.";
        place.tabIndex = -1;
        place.focus();
        button.remove();
      } catch (error) {
        said.textContent = `The interactive chart is not available: ${error.message}.`;
        button.disabled = false;
      }
    });
    chart.querySelector(".drawings").after(button, said);
  };

  /** Make an element with attributes and children; text stays text. */
  const make = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const RANKS = ["unknown", "none", "partial", "full"];

  /** What a cell is sorted by: its data-sort; capability, then its first and its last fraction; its number or its words. */
  const weight = (cell) => {
    if (cell.dataset.sort) return cell.dataset.sort;
    const capability = cell.querySelector(".capability");
    if (capability) {
      const shares = [...cell.textContent.matchAll(/(\d+)\/(\d+)/g)].map(([, part, whole]) => part / whole);
      return RANKS.indexOf(capability.textContent.trim()) + (shares[0] ?? 0) / 2 + (shares.at(-1) ?? 0) / 1e6;
    }
    const text = cell.textContent.trim();
    return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text.toLowerCase();
  };

  const compare = (one, other) =>
    typeof one === "number" && typeof other === "number" ? one - other
      : String(one).localeCompare(String(other), "en", { numeric: true });

  /** Keep what a reader chose in the address, so that it can be sent to somebody. */
  const remember = (name, value) => {
    const query = new URLSearchParams(location.search);
    if (value) query.set(name, value);
    else query.delete(name);
    history.replaceState(null, "", (query.size ? `?${query}` : location.pathname) + location.hash);
  };

  /** Sort rows up (1), down (-1), or not at all (0): then they stand as they were served. */
  const sort = (table, served, column, way) => {
    const rows = served.map((row) => ({ row, key: weight(row.cells[column]) }));
    rows.sort((one, other) => compare(one.key, other.key) * way);
    table.tBodies[0].append(...rows.map(({ row }) => row));
    [...table.tHead.rows[0].cells].forEach((cell, place) => {
      if (way && place === column) cell.setAttribute("aria-sort", way < 0 ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
  };

  const sortable = (table, number) => {
    const served = [...table.tBodies[0].rows];
    if (served.length < 3) return;
    const chosen = (new URLSearchParams(location.search).get(`sort${number}`) ?? "").match(/^(\d+)(-?)$/);
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      const button = make("button", { type: "button", class: "sort", "aria-label": `Sort by ${cell.textContent.trim().replace(/\s+/g, " ")}` });
      button.addEventListener("click", () => {
        const way = { ascending: -1, descending: 0 }[cell.getAttribute("aria-sort")] ?? 1;
        sort(table, served, column, way);
        remember(`sort${number}`, way && `${column}${way < 0 ? "-" : ""}`);
      });
      cell.classList.add("sorts");
      cell.append(button);
    });
    if (chosen && Number(chosen[1]) < table.tHead.rows[0].cells.length) sort(table, served, Number(chosen[1]), chosen[2] ? -1 : 1);
  };

  /** Give the line above the tables that holds what works on all of them. */
  const finder = (tables) => {
    const there = document.querySelector(".finder");
    if (there) return there;
    const place = tables[0].closest("section") ?? tables[0].closest(".scroll");
    place.before(make("p", { class: "finder" }));
    return place.previousElementSibling;
  };

  /** Give the rows of a table that are shown as columns of another one. */
  const turned = (table) => {
    const [heads, ...rows] = [...table.rows].filter((row) => !row.hidden).map((row) => [...row.cells]);
    const copied = (cell, name, attributes) => {
      const copy = cell.cloneNode(true);
      copy.querySelectorAll(".sort").forEach((button) => button.remove());
      copy.querySelectorAll("[id]").forEach((one) => one.removeAttribute("id"));
      return make(name, attributes, ...copy.childNodes);
    };
    const labels = rows.map((cells) => cells[0].textContent.trim().replace(/\s+/g, " "));
    const columns = rows.map((cells) => copied(cells[0], "th", { scope: "col" }));
    const body = heads.slice(1).map((head, place) =>
      make("tr", {}, copied(head, "th", { scope: "row" }), ...rows.map((cells, row) =>
        copied(cells[place + 1], "td", { class: cells[place + 1].className, "data-label": labels[row] }))));
    return make("table", { class: `${table.className} turned` },
      make("thead", {}, make("tr", {}, copied(heads[0], "th", { scope: "col" }), ...columns)), make("tbody", {}, ...body));
  };

  /** One button that swaps rows and columns of all matrices of a page, and back. */
  const turnable = (tables) => {
    const button = make("button", { type: "button", "aria-pressed": "false" }, "Swap rows and columns");
    const show = (on) => {
      button.setAttribute("aria-pressed", String(on));
      for (const table of tables) {
        table.parentElement.querySelector(".turned")?.remove();
        table.hidden = on;
        if (on) table.after(turned(table));
      }
      remember("swap", on ? "1" : "");
    };
    button.addEventListener("click", () => show(button.getAttribute("aria-pressed") === "false"));
    finder(tables).append(button);
    const asked = new URLSearchParams(location.search).get("swap") === "1";
    document.getElementById("find")?.addEventListener("input", () => show(button.getAttribute("aria-pressed") === "true"));
    if (asked) show(true);
  };

  /** One field for all tables of a page: rows that lack a word of it are hidden. */
  const findable = (tables) => {
    const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
    if (rows.length < 6) return;
    const field = make("input", { type: "search", id: "find", name: "find", autocomplete: "off" });
    const count = make("span", { class: "note", role: "status" });
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const apply = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        row.hidden = !words.every((word) => texts[place].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
      remember("find", field.value.trim());
    };
    field.addEventListener("input", apply);
    finder(tables).prepend(make("label", { for: "find" }, "Find in the tables"), " ", field, " ", count, " ");
    field.value = new URLSearchParams(location.search).get("find") ?? "";
    if (field.value) apply();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const tables = [...document.querySelectorAll("table[data-find]")];
    tables.forEach(sortable);
    if (tables.length) findable(tables);
    const matrices = tables.filter((table) => table.matches(".matrix, .outcomes") && table.tBodies[0].rows.length);
    if (matrices.length) turnable(matrices);
    document.querySelectorAll(".history[data-figure]").forEach(interactive);
  });
})();
