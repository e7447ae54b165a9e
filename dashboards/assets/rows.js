// Orders and filters the rows of a figure by the menus above it; hidden rows lie beyond the end of the axis.
"use strict";
const rowViews = (() => {
  const menus = (id) => [...document.querySelectorAll(`select[data-rows="${id}"]`)];

  const chosen = (id, rows) => {
    const key = menus(id).map((menu) => menu.value).join("|");
    return rows.views[key] ? key : Object.keys(rows.views)[0];
  };

  const arrange = (id, rows, layout, narrow) => {
    const key = chosen(id, rows);
    const names = rows.views[key];
    const words = narrow ? rows.short : rows.labels;
    const shown = new Set(names);
    Object.assign(layout.yaxis, {
      categoryarray: [...names, ...Object.keys(rows.labels).filter((name) => !shown.has(name))],
      range: [names.length - 0.4, -0.6],
      tickvals: names,
      ticktext: names.map((name) => words[name]),
    });
    layout.height = rows.abovePx + rows.rowPx * Math.max(names.length, 2);
    layout.annotations = layout.annotations?.filter((note) => note.yref !== "y" || shown.has(note.y));
    const range = rows.ranges[key.split("|").pop()];
    if (range) ["xaxis", "xaxis2"].forEach((axis) => { if (layout[axis]) layout[axis].range = [...range]; });
    return key;
  };

  const wire = (redraw) => {
    document.querySelectorAll("select[data-rows]").forEach((menu) => menu.addEventListener("change", redraw));
  };

  return { arrange, wire };
})();
