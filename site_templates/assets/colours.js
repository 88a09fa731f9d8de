/* The colours that a reader chose, on every page: those of the system, light or dark. */
"use strict";

(() => {
  const CHOICES = ["system", "light", "dark"];
  const root = document.documentElement;
  const remembered = () => {
    try {
      return localStorage.getItem("colours");
    } catch {
      return null; // A browser may refuse to remember.
    }
  };
  const choose = (choice) => {
    root.dataset.colours = choice;
    try {
      localStorage.setItem("colours", choice);
    } catch {
      // The choice holds for this page.
    }
  };
  // At once, before anything is painted, so that no page flashes in the other colours.
  root.dataset.colours = CHOICES.includes(remembered()) ? remembered() : "system";

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "colours";
    const next = () => CHOICES[(CHOICES.indexOf(root.dataset.colours) + 1) % CHOICES.length];
    const show = () => {
      button.textContent = `Colours: ${root.dataset.colours}`;
      button.title = `Change to ${next()}`;
    };
    button.addEventListener("click", () => {
      choose(next());
      show();
    });
    show();
    document.querySelector(".masthead")?.append(button);
  });
})();
