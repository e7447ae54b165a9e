// The sketch: Earth, Moon, and each craft where it is.
const FRESH_D = 45; // days for which a loss is marked where it happened
// --- shapes of crafts, 24 px wide, about (0, 0) -------------------------------------------------------------------
const SHAPES = {
  launcher: "M0-13L4-7V9H-4V-7ZM-4 4L-8 11H-4M4 4L8 11H4",
  lander: "M-6-8H6L8 3H-8ZM-8 3L-11 10M8 3L11 10M-2 3V8H2V3",
  ship: "M0-11L7-2V10H-7V-2Z",
  tanker: "M-9-6H9A6 6 0 0 1 9 6H-9A6 6 0 0 1-9-6Z",
  relay: "M0-6L6 0L0 6L-6 0ZM-14-4H-7V4H-14ZM7-4H14V4H7Z",
  orbiter: "M-5-5H5V5H-5ZM-14-3H-6V3H-14ZM6-3H14V3H6Z",
  station: "M-4-11H4V11H-4ZM-13-9H-6V-2H-13ZM-13 2H-6V9H-13ZM6-9H13V-2H6ZM6 2H13V9H6Z",
  "transfer-stage": "M-9-5H6L10-8V8L6 5H-9Z",
  "sample-return": "M0-10L8 0L0 10L-8 0Z",
};
const shapeOf = (kind) => SHAPES[kind] ?? "M-7-7H7V7H-7Z";

// --- the sketch ---------------------------------------------------------------------------------------------------
const goesToMoon = lanes.some(({ id }) => id === "moon");

class Sketch {
  constructor(run) {
    this.run = run;
    this.svg = svg("svg", { role: "img", class: "sketch" });
    this.ground = svg("g");
    this.marks = svg("g");
    this.flying = svg("g");
    this.svg.append(this.ground, this.marks, this.flying);
    this.crafts = run.crafts.map((craft) => this.craft(craft));
    this.wide = null;
  }

  craft(craft) {
    const shape = svg("path", { class: "craft" });
    const name = svg("text", { class: "name", text: craft.name });
    const load = svg("text", { class: "load" });
    const people = svg("text", { class: "people" });
    const node = svg("g", {}, svg("title", { text: `${craft.name} (${craft.vehicle})` }), shape, people, name, load);
    return { craft, node, shape, name, load, people, kind: null, side: null };
  }

  layOut(width) {
    if (width === this.width || width < 100) return;
    this.width = width;
    this.wide = width >= 560;
    this.long = this.wide ? width : Math.max(470, 360 + 62 * (lanes.length - 3));
    this.broad = this.wide ? Math.min(460, Math.max(360, width * 0.46)) : width;
    this.svg.setAttribute("viewBox", this.wide ? `0 0 ${this.long} ${this.broad}` : `0 0 ${this.broad} ${this.long}`);
    const away = [...lanes].reverse(); // from Earth to Moon
    const room = { earth: this.wide ? 96 : 90, moon: this.wide ? 142 : 112 };
    const shares = away.map(({ id }) => (id === "way" ? 2.1 : room[id] ? 0 : 1));
    const unit = (this.long - room.earth - (goesToMoon ? room.moon : 0)) / shares.reduce((sum, share) => sum + share, 0);
    let from = 0;
    this.reach = {};
    away.forEach(({ id }, index) => {
      const size = room[id] ?? shares[index] * unit;
      this.reach[id] = from + size * (id === "earth" ? 0.88 : id === "moon" ? (this.wide ? 0.12 : 0.3) : 0.5);
      from += size;
    });
    this.bend = { earth: this.broad * 1.15, moon: this.broad * (this.wide ? 1.3 : 1.6) };
    this.drawGround();
    this.crafts.forEach((one) => { one.side = null; put(one.name, this.shown(one.craft.name)); });
  }

  // A phone has room for the start of a name; the whole is in the title of its craft and in the log.
  shown(name) { return this.wide || name.length <= 17 ? name : `${name.slice(0, 16)}\u2026`; }

  // A place along the way from Earth to Moon and across it, as x and y.
  point(along, across) { return this.wide ? [along, across] : [across, this.long - along]; }

  // Orbits and limbs are arcs about their body.
  along(lane, across) {
    const body = lane === "earth" || lane === "earth-orbit" ? "earth" : "moon";
    const limb = this.reach[body];
    const off = across - this.broad / 2;
    if (lane === "way") return this.reach.way;
    if (body === "earth") {
      const radius = this.bend.earth + this.reach[lane] - limb;
      return limb - this.bend.earth + Math.sqrt(Math.max(radius * radius - off * off, 0));
    }
    const radius = this.bend.moon + limb - this.reach[lane];
    return limb + this.bend.moon - Math.sqrt(Math.max(radius * radius - off * off, 0));
  }

  siteAcross(spot) {
    const count = 1 + Math.max(...Object.values(spots).filter((one) => one.lane === spot.lane).map((one) => one.number));
    return this.broad * (0.08 + (0.84 * (spot.number + 0.5)) / count);
  }

  slotAcross(craft) {
    if (craft.lasting) return this.broad * Math.max(this.wide ? 0.9 - 0.14 * craft.slot : 0.86 - 0.24 * craft.slot, 0.1);
    const step = this.wide ? 58 : 96;
    const turn = (craft.slot % 2 ? 1 : -1) * Math.ceil(craft.slot / 2);
    return this.broad * (this.wide ? 0.42 : 0.5) + step * turn;
  }

  across(craft, spot) { return spot.lane === "earth" || spot.lane === "moon" ? this.siteAcross(spot) : this.slotAcross(craft); }

  drawGround() {
    this.ground.replaceChildren();
    const { broad } = this;
    const arc = (lane) => Array.from({ length: 25 }, (_, i) => this.point(this.along(lane, (broad * i) / 24), (broad * i) / 24));
    const line = (points) => points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
    const corner = (along) => [this.point(along, broad), this.point(along, 0)];
    this.ground.append(
      svg("path", { class: "body earth", d: `M${line(arc("earth"))}L${line(corner(-20))}Z` }),
      ...(goesToMoon ? [svg("path", { class: "body moon", d: `M${line(arc("moon"))}L${line(corner(this.long + 20))}Z` })] : []),
    );
    lanes.forEach(({ id, label }, index) => {
      if (id === "earth" || id === "moon") return;
      if (id !== "way") this.ground.append(svg("path", { class: "orbit", d: `M${line(arc(id))}` }));
      const [x, y] = this.wide ? [this.along(id, 0), this.width < 800 && index % 2 ? 28 : 14] : [6, this.long - this.along(id, 0) - 5];
      this.ground.append(svg("text", { class: "lane", x, y, "text-anchor": this.wide ? "middle" : "start", text: label }));
    });
    this.named = new Set();
    this.sites = Object.entries(spots).filter(([, spot]) => spot.lane === "moon" || spot.lane === "earth").map(([place, spot]) => this.site(place, spot));
  }

  site(place, spot) {
    const across = this.siteAcross(spot);
    const [x, y] = this.point(this.along(spot.lane, across), across);
    const inward = spot.lane === "moon" ? 1 : -1;
    const shift = this.wide ? 10 * inward : 0;
    const rise = this.wide ? 4 : inward > 0 ? (spot.number % 2 ? -50 : -22) : (spot.number % 2 ? 34 : 18);
    const anchor = this.wide ? (inward > 0 ? "start" : "end") : "middle";
    if (!spot.label || this.named.has(spot.label)) return { place, spot, count: svg("text") };
    this.named.add(spot.label);
    const label = svg("text", { class: "site", x: x + shift, y: y + rise, "text-anchor": anchor, text: spot.label });
    const count = svg("text", { class: "count", x: x + shift, y: y + rise + 12, "text-anchor": anchor });
    this.ground.append(svg("circle", { class: "spot", cx: x, cy: y, r: 3 }), label, count);
    return { place, spot, count };
  }

  show(now) {
    this.showSites(now);
    const standing = {};
    this.crafts.forEach((one) => this.showCraft(one, now, standing));
  }

  showSites(now) {
    this.sites.filter(({ spot }) => spot.lane === "moon").forEach(({ place, count }) => {
      const landed = this.run.landings.filter(([day, where]) => day <= now && where === place);
      const lost = this.run.losses.filter(([day, where]) => day <= now && where === place).length;
      const parts = [];
      if (landed.length) parts.push(fill(words.landed, { n: landed.length }));
      if (lost) parts.push(fill(words.lost, { n: lost }));
      put(count, parts.join(words.join));
    });
    this.marks.replaceChildren(...this.run.losses.filter(([day]) => day <= now && now - day < FRESH_D).map((loss) => this.lossMark(loss)));
  }

  lossMark([, place, name]) {
    const spot = spots[place] ?? { lane: "earth", number: 0 };
    const across = spot.lane === "earth" || spot.lane === "moon" ? this.siteAcross(spot) : this.broad * 0.3;
    const [x, y] = this.point(this.along(spot.lane, across), across);
    const anchor = this.wide ? (spot.lane === "moon" ? "end" : "start") : "middle";
    const shift = this.wide ? (spot.lane === "moon" ? -16 : 16) : 0;
    return svg("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`, class: "loss" },
      svg("path", { d: "M-10-10L10 10M10-10L-10 10" }),
      svg("text", { x: shift, y: this.wide ? -8 : spot.lane === "moon" ? 26 : -16, "text-anchor": anchor, text: fill(words.isLost, { name: this.shown(name) }) }));
  }

  showCraft(one, now, standing) {
    const { craft } = one;
    const way = craft.ways.find(([start, end]) => start <= now && now < end);
    if (!way) { one.node.remove(); return; }
    const [start, end, from, to, kind, mass, people] = way;
    const here = spots[from];
    const there = spots[to];
    const share = from === to ? 0 : (now - start) / Math.max(end - start, 1e-6);
    const [x0, y0] = this.place(craft, here);
    const [x1, y1] = this.place(craft, there);
    let [x, y] = [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share];
    const grounded = from === to && (here.lane === "earth" || here.lane === "moon");
    if (grounded) {
      const rank = standing[here.label] = (standing[here.label] ?? -1) + 1;
      const step = (here.lane === "earth" ? 1 : -1) * (14 + 34 * rank);
      [x, y] = this.wide ? [x + step, y] : [x, y - step];
    }
    if (one.node.parentNode !== this.flying) this.flying.append(one.node);
    one.node.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    this.dress(one, kind, grounded ? here.lane : "space", mass, people);
  }

  place(craft, spot) {
    const across = this.across(craft, spot);
    return this.point(this.along(spot.lane, across), across);
  }

  dress(one, kind, side, mass, people) {
    const key = `${kind}|${side}|${mass}|${people}`;
    if (one.side === key) return;
    one.side = key;
    one.shape.setAttribute("d", shapeOf(kind));
    one.shape.style.fill = `var(--${data.kinds[kind]?.[0] ?? "soft"})`;
    const beside = this.wide && side !== "space";
    const anchor = beside ? (side === "earth" ? "start" : "end") : "middle";
    const dx = beside ? (side === "earth" ? 16 : -16) : 0;
    const dy = beside ? -1 : side === "earth" ? -30 : 23;
    [one.name, one.load].forEach((text, line) => {
      attribute(text, "x", dx);
      attribute(text, "y", dy + 12 * line);
      attribute(text, "text-anchor", anchor);
    });
    attribute(one.people, "y", -14);
    put(one.people, people ? "\u25cf".repeat(Math.min(people, 8)) : "");
    const load = [massOf(mass)];
    if (people) load.push(fill(words.people, { n: people }));
    put(one.load, load.join(words.join));
  }
}
