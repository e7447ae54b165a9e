// Draws the figures of a page from its one JSON block: those in view first, the rest when the browser is idle.
"use strict";
(() => {
  const NARROW_PX = 560;
  const PRINT_PX = 690;
  const TALL_PX = 500;
  const source = document.getElementById("figures").textContent;
  const written = JSON.parse(source);
  let { figures, dark, says } = window.pageLanguage.data("figures", written);
  const root = document.documentElement;
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();
  let printing = false;

  const isDark = () => {
    if (printing) return false;
    const chosen = root.dataset.theme;
    return chosen ? chosen === "dark" : prefersDark.matches;
  };

  const recoloured = (value, swap) => {
    if (typeof value === "string") return swap[value] ?? value;
    if (Array.isArray(value)) return value.map((item) => recoloured(item, swap));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, recoloured(item, swap)]));
  };

  const setPath = (target, path, value) => {
    const keys = path.split(".");
    const last = keys.pop();
    const owner = keys.reduce((node, key) => (node[key] ??= {}), target);
    owner[last] = value;
  };

  const chosenRun = () => document.getElementById("run")?.value ?? "";

  const replace = (id, other, data, layout) => {
    other.data.forEach((part, place) => Object.assign(data[place], part));
    Object.entries(other.layout).forEach(([path, value]) => setPath(layout, path, value));
    document.getElementById(`${id}-title`).textContent = other.title;
  };

  const prepare = (id, box) => {
    const narrow = !printing && box.clientWidth < NARROW_PX;
    const { data, layout, narrow: changes, rows, alternatives } = recoloured(figures[id], isDark() ? dark : {});
    const fitted = structuredClone(layout);
    const other = alternatives?.[chosenRun()];
    if (other) replace(id, other, data, fitted);
    const view = rows ? rowViews.arrange(id, rows, fitted, narrow) : "";
    if (view) box.style.minHeight = `${fitted.height}px`;
    if (narrow) {
      fitted.margin.l = Math.min(fitted.margin.l, 36);
      fitted.dragmode = false;
      fitted.annotations = fitted.annotations?.filter((note) => note.name !== "wide");
      Object.entries(changes).forEach(([path, value]) => setPath(fitted, path, value));
    }
    if (printing) {
      fitted.width = PRINT_PX;
      if (fitted.height < TALL_PX) fitted.height = Math.round(0.78 * fitted.height);
      Object.entries(changes).filter(([path]) => path.endsWith("nticks")).forEach((entry) => setPath(fitted, ...entry));
    }
    const look = [narrow, isDark(), printing, view, other ? chosenRun() : "", window.pageLanguage.current()].join("|");
    return { data: structuredClone(data), layout: fitted, look };
  };

  const config = (id) => ({
    locale: window.pageLanguage.current(),
    locales: window.pageLanguage.locales,
    responsive: true,
    displaylogo: false,
    displayModeBar: "hover",
    modeBarButtons: [["toImage", "resetScale2d"]],
    toImageButtonOptions: { format: "png", scale: 2, filename: id },
  });

  const draw = (box) => {
    const id = box.dataset.figure;
    const { data, layout, look } = prepare(id, box);
    if (drawn.get(id) === look) return;
    drawn.set(id, look);
    Plotly.react(box, data, layout, config(id));
    noteProgress();
  };

  const boxes = [...document.querySelectorAll("[data-figure]")];
  const shown = () => boxes.filter((box) => !box.closest("[hidden]"));
  const inView = () => shown().filter((box) => {
    const { top, bottom } = box.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  });
  const isDrawn = (box) => drawn.has(box.dataset.figure);
  const noteProgress = () => {
    if (inView().every(isDrawn)) root.dataset.inView ??= performance.now().toFixed(0);
    if (shown().every(isDrawn)) root.dataset.drawn = "all";
  };
  const drawAll = () => shown().forEach(draw);
  const redraw = () => shown().filter(isDrawn).forEach(draw);
  const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));

  const drawInTurn = () => {
    const next = shown().find((box) => !isDrawn(box));
    if (!next) return;
    draw(next);
    whenIdle(drawInTurn);
  };

  const hideOtherRuns = (run) => {
    document.querySelectorAll("[data-run]").forEach((card) => { card.hidden = card.dataset.run !== run; });
    document.querySelectorAll("[data-alternatives]").forEach((card) => {
      card.hidden = !(run in figures[card.id].alternatives);
    });
  };

  const showRun = (run) => {
    hideOtherRuns(run);
    drawInTurn();
    redraw();
  };

  const wireRuns = () => {
    const menu = document.getElementById("run");
    if (!menu) return;
    const follow = () => {
      let wanted = location.hash.slice(1);
      try { wanted = decodeURIComponent(wanted); } catch { return; }
      if (![...menu.options].some((option) => option.value === wanted)) return;
      menu.value = wanted;
      showRun(wanted);
    };
    menu.addEventListener("change", () => {
      history.replaceState(null, "", `#${encodeURIComponent(menu.value)}`);
      showRun(menu.value);
    });
    window.addEventListener("hashchange", follow);
    hideOtherRuns(menu.value);
    follow();
  };

  const csvCell = (text) => {
    const risky = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text));
    return `"${(risky ? `'${text}` : text).replaceAll('"', '""')}"`;
  };

  const saveTable = (button) => {
    const rows = [...document.getElementById(button.dataset.csv).rows];
    const lines = rows.map((row) => [...row.cells].map((cell) => csvCell(cell.textContent)).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
    link.download = `${button.dataset.csv}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const nameThemeButton = () => {
    const button = document.getElementById("theme");
    button.textContent = isDark() ? says.light : says.dark;
    button.setAttribute("aria-label", isDark() ? says.useLight : says.useDark);
  };

  const wire = () => {
    document.querySelectorAll("[data-csv]").forEach((b) => b.addEventListener("click", () => saveTable(b)));
    document.getElementById("theme").addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      nameThemeButton();
      redraw();
    });
    wireRuns();
    window.pageLanguage.onChange(() => {
      ({ figures, dark, says } = window.pageLanguage.data("figures", written));
      nameThemeButton();
      redraw();
    });
    prefersDark.addEventListener("change", () => { nameThemeButton(); redraw(); });
    rowViews.wire(redraw);
    window.addEventListener("resize", redraw);
    window.addEventListener("beforeprint", () => { printing = true; drawAll(); });
    window.addEventListener("afterprint", () => { printing = false; drawAll(); });
  };

  window.addEventListener("load", () => {
    wire();
    nameThemeButton();
    const watcher = new IntersectionObserver((entries) => {
      entries.filter((entry) => entry.isIntersecting).forEach((entry) => draw(entry.target));
    }, { rootMargin: "300px" });
    boxes.forEach((box) => watcher.observe(box));
    noteProgress();
    whenIdle(drawInTurn);
  });
})();
