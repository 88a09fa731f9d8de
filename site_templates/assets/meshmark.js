/* What a page can do beyond being read: interactive charts, on demand. No framework, no request unasked. */
"use strict";

(() => {
  const COLOURS = { full: "--full", partial: "--partial", none: "--none", unknown: "--unknown", compliance: "--accent" };
  const PLOTLY_STYLES = [
    "plotly.js-style-global",
    "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53", // of the maps, which no chart of ours has
  ];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let plotly = null;

  /** Load plotly once, from our own address. */
  const library = (address) => {
    plotly ??= new Promise((resolve, reject) => {
      // The page forbids styles of a script's own: plotly adds none where it finds these marks.
      for (const id of PLOTLY_STYLES) {
        const mark = document.createElement("template");
        mark.id = id;
        mark.className = "no-inline-styles";
        document.head.append(mark);
      }
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
        trace.line = { color: own };
      }
    }
    const font = { color: ink, family: getComputedStyle(document.body).fontFamily };
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: line };
    const layout = { ...figure.layout, font, paper_bgcolor: clear, plot_bgcolor: clear };
    for (const name of ["xaxis", "yaxis", "yaxis2"]) layout[name] = { ...axis, ...layout[name] };
    return { data: figure.data, layout };
  };

  const interactive = (history) => {
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
        const [drawer, figure] = await Promise.all([library(history.dataset.plotly), json(history.dataset.figure)]);
        const place = document.createElement("div");
        place.className = "figure";
        place.setAttribute("role", "group");
        place.setAttribute("aria-label", "Interactive chart; its numbers are in the table below");
        said.before(place);
        const { data, layout } = dressed(figure);
        await drawer.newPlot(place, data, layout, { responsive: true, displayModeBar: false });
        said.textContent = "The numbers of this chart are in the table below.";
        button.remove();
      } catch (error) {
        said.textContent = `The interactive chart is not available: ${error.message}.`;
        button.disabled = false;
      }
    });
    history.querySelector(".drawings").after(button, said);
  };

  document.querySelectorAll(".history[data-figure]").forEach(interactive);
})();
