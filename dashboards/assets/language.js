// Turns a page into the language its reader wants: by the address, by what was chosen before, or by the browser.
"use strict";
window.pageLanguage = (() => {
  const KEY = "ilrs-language";
  const ATTRIBUTES = ["aria-label", "alt", "data-label", "placeholder", "title"];
  const { first, codes, tags, locales, packed } = JSON.parse(document.getElementById("languages").textContent);
  const root = document.documentElement;
  const choice = document.getElementById("language");
  const listeners = [];
  let table = null;
  let current = first;

  const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const store = (code) => { try { localStorage.setItem(KEY, code); } catch { /* the page still turns */ } };

  const wanted = () => {
    const asked = [new URLSearchParams(location.search).get("lang"), stored(), ...(navigator.languages ?? [])];
    const known = asked.filter(Boolean).map((tag) => tag.toLowerCase().split("-")[0]);
    return known.find((code) => codes.includes(code)) ?? first;
  };

  // the texts of all languages are packed: most readers need one of them, and many the one that is written out
  const unpack = async () => {
    if (table) return;
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    table = JSON.parse(await new Response(stream).text());
  };

  // pairs of how many texts to pass over and the number of the next that differs, as place -> number
  const places = (pairs) => {
    const found = new Map();
    for (let i = 0, place = 0; i < pairs.length; i += 2, place += 1) {
      place += pairs[i];
      found.set(place, pairs[i + 1]);
    }
    return found;
  };

  // every text of the document in its order, as it was written
  const written = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data.trim()) written.push({ text: node.data, write: (text) => { node.data = text; } });
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      ATTRIBUTES.filter((name) => node.getAttribute(name)).forEach((name) => {
        written.push({ text: node.getAttribute(name), write: (text) => node.setAttribute(name, text) });
      });
      if (!["SCRIPT", "STYLE"].includes(node.tagName)) node.childNodes.forEach(walk);
    }
  };
  walk(root);

  const translate = (value, numbers, at) => {
    if (typeof value === "string") {
      const number = numbers.get(at.place);
      at.place += 1;
      return number === undefined ? value : table.texts[current][number];
    }
    if (Array.isArray(value)) return value.map((item) => translate(item, numbers, at));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, translate(item, numbers, at)]));
  };
  // a copy of a block of the page's data in the language that is shown
  const data = (block, whole) => {
    if (current === first) return structuredClone(whole);
    const said = translate(whole, places(table.data[block]), { place: 0 });
    table.changes[current][block].forEach(([path, value]) => {
      const owner = path.slice(0, -1).reduce((node, key) => node[key], said);
      owner[path.at(-1)] = structuredClone(value);
    });
    return said;
  };

  const show = async (code) => {
    if (code === current) return;
    await unpack();
    // where a stranger has put texts into the page, none can be told from another: it stays as it was written
    if (written.length !== table.count) return;
    current = code;
    root.lang = tags[code] ?? code;
    const numbers = code === first ? new Map() : places(table.document);
    written.forEach(({ text, write }, place) => {
      write(numbers.has(place) ? table.texts[code][numbers.get(place)] : text);
    });
    const footnote = document.getElementById("translated");
    footnote.textContent = table.notes[code] ?? "";
    footnote.hidden = !table.notes[code];
    listeners.forEach((listener) => listener(code));
  };

  const choose = (code) => {
    store(code);
    const address = new URL(location.href);
    if (address.searchParams.has("lang")) {
      address.searchParams.set("lang", code);
      try { history.replaceState(null, "", address); } catch { /* a page from a folder cannot change its address */ }
    }
    return show(code);
  };

  choice?.addEventListener("change", () => choose(choice.value));
  if (choice) choice.value = wanted();
  let ready = Promise.resolve();
  if (typeof DecompressionStream === "undefined") choice?.remove();
  else ready = show(wanted());

  return {
    data,
    ready,
    current: () => current,
    locales,
    onChange: (listener) => listeners.push(listener),
  };
})();
