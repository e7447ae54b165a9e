// The base in plan: elements on schematic rings in the state of the day, and the sites around at their true distance.
const ELEMENT_SHAPES = {
  power: "M-12-9H12V9H-12ZM-4-9V9M4-9V9M-12 0H12",
  store: "M-10-7H10V9H-10ZM-4-11H4V-7H-4Z",
  robots: "M-12-7H12V3H-12ZM-8 3A4 4 0 1 0-8 11A4 4 0 1 0-8 3M8 3A4 4 0 1 0 8 11A4 4 0 1 0 8 3",
  plant: "M0-12L11-6V6L0 12L-11 6V-6Z",
  other: "M-11 11V-3L0-12L11-3V11Z",
};
const RINGS_KM = [100, 500, 2000, 5458];
const STATES = ["waited", "delivered", "assembled", "works", "broken"];
const months = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" });
const monthOf = (day) => shortened(months.format(new Date(START_MS + day * DAY_MS)));
const yearOf = (day) => String(new Date(START_MS + day * DAY_MS).getUTCFullYear());
const spanOf = ([low, , high], word) => {
  if (low === null) return words.seldom;
  if (high === null) return fill(words.orLater, { from: word(low) });
  return word(low) === word(high) ? word(low) : fill(words.span, { from: word(low), to: word(high) });
};
const hoursOf = (letters, day) => letters.charCodeAt(Math.min(Math.floor(day), letters.length - 1)) - 65;
const stateOf = (row, now) => {
  const since = (day) => day !== null && day <= now;
  if (since(row.works)) return row.down.some(([from, to]) => from <= now && (to === null || now < to)) ? "broken" : "works";
  if (since(row.assembled)) return "assembled";
  return since(row.delivered) ? "delivered" : "waited";
};
const hatching = () => svg("defs", {}, svg("pattern", { id: "hatching", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  svg("rect", { class: "hatch-ground", width: 5, height: 5 }), svg("line", { class: "hatch-line", x1: 0, x2: 0, y1: 0, y2: 5 })));

class BasePlan {
  constructor(run) {
    this.run = run;
    this.facts = html("ul", { class: "facts" });
    this.svg = svg("svg", { class: "base-plan", role: "img" });
    this.box = html("div", { class: "base-box" }, this.svg);
    this.cells = data.base.elements.map(() => [html("td"), html("td")]);
    this.items = data.base.elements.map((element) => this.item(element));
    this.node = html("div", { class: "base" }, html("h3", { text: fill(words.baseTitle, { place: data.base.place }) }), this.facts,
      html("div", { class: "base-row" }, html("div", { class: "base-main" }, this.box, this.keys(), html("p", { class: "hint", text: words.schematic })), this.map()), this.table());
  }

  item(element) {
    const parts = { line: svg("line", { class: "supplied" }), shape: svg("path", { class: "element", d: ELEMENT_SHAPES[element.kind] }), mark: svg("path", { class: "mark" }) };
    const names = [svg("text"), svg("text"), svg("text", { class: "when" })];
    const node = svg("g", {}, svg("title", { text: element.label }), parts.shape, parts.mark, ...names);
    return { ...parts, names, node, state: "" };
  }

  keys() {
    const states = STATES.map((state) => html("li", {}, this.sample("other", state), html("span", { text: words[state] })));
    const used = new Set(data.base.elements.map(({ kind }) => kind));
    const kinds = Object.entries(data.base.kinds).filter(([kind]) => used.has(kind)).map(([kind, text]) => html("li", {}, this.sample(kind, "delivered"), html("span", { text })));
    return html("ul", { class: "keys" }, ...states, ...kinds);
  }

  sample(kind, state) {
    const item = { shape: svg("path", { class: "element", d: ELEMENT_SHAPES[kind] }), mark: svg("path", { class: "mark" }) };
    this.dress(item, state);
    return svg("svg", { viewBox: "-14 -14 28 28", width: 20, height: 20, "aria-hidden": "true" }, item.shape, item.mark);
  }

  dress(item, state) {
    attribute(item.shape, "class", `element ${state}`);
    attribute(item.mark, "class", `mark ${state}`);
    attribute(item.mark, "d", { works: "M-6 0L-1 6L8-6", broken: "M-7-7L7 7M7-7L-7 7" }[state] ?? "");
  }

  layOut(width) {
    if (width === this.width || width < 100) return;
    this.width = width;
    const named = width >= 520;
    if (!named) this.details.open = true; // numbers need their names
    const reach = Math.max(...data.base.elements.map(({ x, y }) => Math.round(Math.hypot(x, y))), 1);
    const [wide, high] = [Math.min((width - (named ? 110 : 44)) / (2 * reach), 110), named ? 86 : 58];
    const [middle, height] = [width / 2, 2 * reach * high + (named ? 92 : 64)];
    attribute(this.svg, "viewBox", `0 0 ${width} ${height}`);
    const centre = height / 2 - (named ? 12 : 4);
    const rings = Array.from({ length: reach }, (_, ring) => svg("ellipse", { class: "ring", cx: middle, cy: centre, rx: (ring + 1) * wide, ry: (ring + 1) * high }));
    const hub = svg("g", { transform: `translate(${middle} ${centre})` }, svg("path", { class: "hub", d: "M-8 0H8M0-8V8" }), svg("text", { y: 22, text: data.base.place }));
    this.night = svg("rect", { class: "night", width, height });
    this.svg.replaceChildren(this.night, ...rings, ...this.items.map(({ line }) => line), hub, ...this.items.map(({ node }) => node));
    this.items.forEach((item, index) => {
      const { x, y } = data.base.elements[index];
      const [left, top] = [middle + x * wide, centre + y * high];
      Object.entries({ x1: middle, y1: centre, x2: left, y2: top }).forEach(([name, value]) => attribute(item.line, name, value));
      attribute(item.node, "transform", `translate(${left.toFixed(1)} ${top.toFixed(1)})`);
      this.name(item, index, named);
    });
  }

  name(item, index, named) {
    const label = data.base.elements[index].label;
    const breaks = [...label.matchAll(/[- ]/g)].map((found) => found.index + 1);
    const cut = label.length > 13 ? breaks.filter((at) => at <= 14).pop() ?? breaks[0] ?? 0 : 0; // two lines, if there is a gap
    const lines = !named ? [String(index + 1)] : cut > 0 ? [label.slice(0, cut), label.slice(cut)] : [label];
    item.names.slice(0, 2).forEach((text, line) => { put(text, (lines[line] ?? "").slice(0, 16)); attribute(text, "y", 24 + 11 * line); });
    attribute(item.names[2], "y", 24 + 11 * lines.length);
    item.named = named;
  }

  show(now) {
    this.layOut(this.box.clientWidth);
    if (!this.width) return;
    const day = Math.floor(now);
    const count = { waited: 0, delivered: 0, assembled: 0, works: 0, broken: 0 };
    this.run.states.forEach((row, index) => {
      const state = stateOf(row, now);
      count[state] += 1;
      this.showElement(this.items[index], data.base.elements[index], row, state);
      const [here, works] = this.cells[index];
      put(here, words[state]);
      put(works, row.works === null ? words.not : dateOf(row.works));
    });
    const lit = data.base.light ? hoursOf(data.base.light, day) : null;
    this.night.style.opacity = String(lit === null ? 0 : 0.16 * (1 - lit / 24));
    const power = this.run.power[countUntil(this.run.power, now) - 1];
    const facts = [fill(words.elements, { ...count, all: this.items.length })];
    if (power) facts.push(fill(words.power, { supply: powerOf(power[1]), demand: powerOf(power[2]) }));
    if (lit !== null) facts.push(fill(words.sun, { n: lit }));
    if (data.base.cover) facts.push(fill(words.seen, { n: hoursOf(data.base.cover, day) }));
    this.facts.replaceChildren(...facts.map((text) => html("li", { text })));
    attribute(this.svg, "aria-label", facts.join(" "));
  }

  showElement(item, element, row, state) {
    if (item.state === state + item.named) return;
    item.state = state + item.named;
    this.dress(item, state);
    attribute(item.line, "class", state === "works" ? "supplied on" : "supplied");
    put(item.names[2], !item.named || state === "works" || state === "broken" ? "" : spanOf(element.dates, yearOf));
  }

  table() {
    const head = [words.number, words.element, words.mass, words.today, words.worksHere, words.worksRange, words.worksShare];
    const rows = data.base.elements.map(({ label, kg, dates: days, share }, index) => html("tr", {}, html("td", { text: String(index + 1) }), html("td", { text: label }),
      html("td", { text: massOf(kg) }), ...this.cells[index], html("td", { text: spanOf(days, monthOf) }), html("td", { text: fill(words.percent, { n: number.format(100 * share) }) })));
    const table = html("table", {}, html("thead", {}, html("tr", {}, ...head.map((text) => html("th", { scope: "col", text })))), html("tbody", {}, ...rows));
    this.details = html("details", {}, html("summary", { text: words.elementTable }), html("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": fill(words.elementsOf, { run: this.run.name }) }, table));
    return this.details;
  }

  map() {
    if (!data.base.sites.length) return html("div");
    const size = 300;
    const far = (km) => (size / 2 - 26) * (km / RINGS_KM[RINGS_KM.length - 1]) ** 0.35;
    const picture = svg("svg", { class: "site-map", role: "img", "aria-label": words.mapTitle, viewBox: `0 0 ${size} ${size}` });
    const centre = svg("g", { transform: `translate(${size / 2} ${size / 2})` });
    RINGS_KM.forEach((km) => centre.append(svg("circle", { class: "ring", r: far(km) }), svg("text", { class: "when", y: far(km) + 11, text: fill(words.kilometres, { n: number.format(km) }) })));
    centre.append(svg("path", { class: "hub", d: "M-6 0H6M0-6V6" }), svg("text", { y: -9, text: data.base.place }));
    const letters = data.base.sites.map((_, index) => String.fromCharCode(65 + (index % 26)));
    data.base.sites.forEach(({ label, km, turn }, index) => {
      const [x, y] = [far(km) * Math.sin(turn), -far(km) * Math.cos(turn)];
      centre.append(svg("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` }, svg("title", { text: label }), svg("circle", { class: "spot", r: 4 }), svg("text", { class: "letter", y: -7, text: letters[index] })));
    });
    const list = data.base.sites.map(({ label, km }, index) => html("li", {}, html("b", { text: letters[index] }), html("span", { text: fill(words.siteAway, { site: label, distance: fill(words.kilometres, { n: number.format(km) }) }) })));
    picture.append(centre);
    return html("div", { class: "base-map" }, html("h3", { text: words.mapTitle }), picture, html("ul", { class: "keys" }, ...list), html("p", { class: "hint", text: words.mapHint }));
  }
}
