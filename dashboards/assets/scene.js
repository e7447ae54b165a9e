// What every part of a scene uses: its data, its words, elements of the page.
"use strict";
const data = window.pageLanguage.data("scene-data", JSON.parse(document.getElementById("scene-data").textContent));
const { words, runs, spots, lanes, goals } = data;
const SVG = "http://www.w3.org/2000/svg";
const DAY_MS = 86_400_000;
const START_MS = Date.parse(`${data.start}T00:00:00Z`);
const LAST = Math.floor(data.end);
const language = document.documentElement.lang;
const locale = language === "en" ? "en-GB" : language;
const dates = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });


// --- words and elements -------------------------------------------------------------------------------------------
const shortened = (text) => text.replace("Sept ", "Sep "); // three letters, as on every page
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const dateOf = (day) => shortened(dates.format(new Date(START_MS + Math.floor(day) * DAY_MS)));
const massOf = (kg) => (kg >= 1000 ? fill(words.tonnes, { n: decimal.format(kg / 1000) }) : fill(words.kilograms, { n: number.format(kg) }));
const powerOf = (w) => (w >= 1000 ? fill(words.kilowatts, { n: decimal.format(w / 1000) }) : fill(words.watts, { n: number.format(w) }));
const attribute = (node, name, value) => (name === "text" ? (node.textContent = value) : node.setAttribute(name, value));
const grown = (node, attributes, children) => {
  Object.entries(attributes).forEach(([name, value]) => attribute(node, name, value));
  node.append(...children);
  return node;
};
const html = (tag, attributes = {}, ...children) => grown(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) => grown(document.createElementNS(SVG, tag), attributes, children);
const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const countUntil = (rows, day) => { // rows are in order of their first entry
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle][0] <= day) low = middle + 1; else high = middle;
  }
  return low;
};
