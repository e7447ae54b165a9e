// Moves single runs of a campaign through time, side by side if wanted, and says what happens.
(() => {
  const root = document.getElementById("scene");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const THUMB_PX = 18;
  const SPEEDS = { flight: 1.5, pad: 12, quiet: 90 }; // days a second when play follows what happens

  const state = { now: Math.max(data.known ?? data.first, 0) + 0.999, shown: [data.opens, -1], goal: 0, playing: false, speed: 0 };

  // --- one run ------------------------------------------------------------------------------------------------------
  class Panel {
    constructor(run) {
      this.run = run;
      this.sketch = new Sketch(run);
      this.base = data.base ? new BasePlan(run) : null;
      this.facts = html("ul", { class: "facts" });
      this.today = html("p", { class: "hangs" });
      this.log = html("ol", { class: "log" });
      this.aloft = html("ul", { class: "aloft" });
      this.key = "";
      this.picture = html("div", {}, this.sketch.svg);
      this.node = html("section", { class: "run-panel card", "aria-label": run.name },
        html("h2", { text: run.name }), this.facts, html("div", { class: "picture" }, this.picture, this.keys(), html("h3", { text: words.aloft }), this.aloft),
        html("h3", { text: words.hangsTitle }), this.today, html("h3", { text: words.logTitle }), this.log, ...(this.base ? [this.base.node] : []));
      this.run.starts = [...new Set(run.crafts.flatMap((craft) => craft.ways.map(([start]) => start)).concat(run.log.map(([day]) => day)))].sort((a, b) => a - b);
    }

    keys() {
      const flown = new Set(this.run.crafts.flatMap(({ ways }) => ways.map(([, , , , kind]) => kind)));
      const entry = (shape, style, text) => html("li", {}, svg("svg", { viewBox: "-15 -15 30 30", width: 20, height: 20, "aria-hidden": "true" }, svg("path", { class: "craft", d: shape, style })), html("span", { text }));
      const kinds = Object.entries(data.kinds).filter(([kind]) => flown.has(kind));
      return html("ul", { class: "keys" }, ...kinds.map(([kind, [colour, text]]) => entry(shapeOf(kind), `fill:var(--${colour})`, text)));
    }

    show(now) {
      this.sketch.layOut(this.picture.clientWidth);
      if (!this.sketch.width) return;
      this.sketch.show(now);
      const count = countUntil(this.run.log, now);
      const key = `${Math.floor(now)}|${count}|${state.goal}`;
      if (key === this.key) return;
      this.key = key;
      this.sketch.svg.setAttribute("aria-label", fill(words.sketch, { run: this.run.name, date: dateOf(now) }));
      this.showFacts(now);
      this.showStory(now);
      this.showAloft(now);
      this.showLog(now, count);
      this.base?.show(now);
    }

    showFacts(now) {
      const aboard = {};
      this.run.crafts.forEach(({ name, ways }) => ways.forEach(([start, end, , , , , people]) => {
        if (people && start <= now && now < end) aboard[name] = (aboard[name] ?? 0) + people;
      }));
      const people = Object.values(aboard).reduce((sum, n) => sum + n, 0);
      const landed = this.run.landings.filter(([day]) => day <= now);
      const items = [
        ["", fill(words.peopleAway, { n: people })],
        ...(goesToMoon ? [["", fill(words.landedMass, { n: landed.length, mass: massOf(landed.reduce((sum, [, , kg]) => sum + kg, 0)) })]] : []),
        ...this.run.grounded.filter(([from, to]) => from <= now && now < to).map(([, to, launcher]) => ["bad", fill(words.standDown, { launcher, date: dateOf(to) })]),
        ["", fill(words.reached, { n: goals.filter(({ name }) => this.run.goals[name] <= now).length, all: goals.length })],
      ];
      this.facts.replaceChildren(...items.map(([tone, text]) => html("li", { class: tone, text })));
    }

    showStory(now) {
      const { name } = goals[state.goal] ?? {};
      const told = this.run.story[name] ?? [];
      const reached = this.run.goals[name];
      if (reached !== undefined && reached <= now) return put(this.today, fill(words.isReached, { date: dateOf(reached) }));
      const stretch = told.filter(([since, until]) => since <= now && now < until).pop();
      return put(this.today, stretch ? fill(words.hangs, { since: dateOf(stretch[0]), until: dateOf(stretch[1]), why: stretch[2] }) : "");
    }

    showAloft(now) {
      const placeOf = (place) => spots[place].label || words.earth;
      const items = this.run.crafts.flatMap(({ name, vehicle, cargo, lasting, ways }) => {
        const way = ways.find(([start, end]) => start <= now && now < end);
        if (!way) return [];
        const [start, end, from, to, , mass, people] = way;
        const load = [massOf(mass), ...(people ? [fill(words.people, { n: people })] : [])].join(words.join);
        const days = { n: number.format(Math.max(Math.ceil(now - start), 1)), all: number.format(Math.max(Math.ceil(end - start), 1)) };
        const pattern = from !== to ? words.onWay : spots[from].lane === "earth" ? words.onPad : words.atPlace;
        const text = fill(pattern, { name, vehicle, load, ...days, from: placeOf(from), to: placeOf(to), place: placeOf(from) });
        return [[from !== to ? 0 : lasting ? 2 : 1, cargo ? fill(words.carries, { text, cargo }) : text]];
      }).sort(([one], [other]) => one - other).map(([, text]) => text); // what moves first, what stays for good last
      this.aloft.replaceChildren(...(items.length ? items : [words.nobody]).map((text) => html("li", { text })));
    }

    showLog(now, count) {
      const today = Math.floor(now);
      const past = this.run.log.slice(Math.max(count - 7, 0), count).reverse();
      const next = this.run.log[count];
      const item = ([day, text, tone], css) => html("li", { class: `${tone} ${css}` }, html("time", { text: dateOf(day) }), html("span", { text }));
      const rows = past.map((row) => item(row, Math.floor(row[0]) === today ? "today" : ""));
      if (next) rows.unshift(html("li", { class: "next" }, html("time", { text: dateOf(next[0]) }), html("span", { text: fill(words.next, { n: number.format(Math.ceil(next[0] - now)), text: next[1] }) })));
      this.log.replaceChildren(...rows);
    }
  }

  // --- the strip of years -------------------------------------------------------------------------------------------
  const strip = svg("svg", { class: "strip", "aria-hidden": "true" });
  const cursor = svg("line", { class: "cursor", y1: 0 });
  const drawStrip = () => {
    const width = strip.clientWidth || 600;
    const rows = state.shown.filter((run) => run >= 0);
    const height = 20 + 16 * rows.length;
    const x = (day) => THUMB_PX / 2 + (day / LAST) * (width - THUMB_PX);
    strip.setAttribute("viewBox", `0 0 ${width} ${height}`);
    strip.style.height = `${height}px`;
    strip.replaceChildren();
    const first = new Date(START_MS).getUTCFullYear() + 1;
    const every = Math.ceil((LAST / 365.25) / (width / 46));
    for (let year = first; Date.UTC(year, 0, 1) < START_MS + LAST * DAY_MS; year += every) {
      const at = x((Date.UTC(year, 0, 1) - START_MS) / DAY_MS);
      strip.append(svg("line", { class: "year", x1: at, x2: at, y1: 0, y2: height - 14 }), svg("text", { class: "year", x: at, y: height - 2, text: String(year) }));
    }
    rows.forEach((run, row) => {
      const y = 8 + 16 * row;
      runs[run].grounded.forEach(([from, to]) => strip.append(svg("rect", { class: "grounded", x: x(from), y: y - 3, width: Math.max(x(to) - x(from), 1), height: 6 })));
      runs[run].landings.forEach(([day]) => strip.append(svg("line", { class: "landing", x1: x(day), x2: x(day), y1: y - 5, y2: y + 5 })));
      runs[run].losses.forEach(([day]) => strip.append(svg("path", { class: "lost", d: `M${x(day) - 4} ${y - 4}l8 8m0-8l-8 8` })));
      Object.values(runs[run].goals).forEach((day) => strip.append(svg("path", { class: "goal", d: `M${x(day)} ${y - 6}l6 6l-6 6l-6-6z` })));
    });
    const parting = partingNow();
    if (parting) strip.append(svg("line", { class: "parting", x1: x(parting.day), x2: x(parting.day), y1: 0, y2: height - 14 }));
    cursor.setAttribute("y2", height - 14);
    strip.append(cursor);
    strip.place = (day) => { const at = x(day); cursor.setAttribute("x1", at); cursor.setAttribute("x2", at); };
    strip.place(state.now);
  };

  // --- controls -----------------------------------------------------------------------------------------------------
  const button = (text, label, act, css = "") => {
    const node = html("button", { type: "button", text, "aria-label": label, title: label, class: css });
    node.addEventListener("click", act);
    return node;
  };
  const choice = (label, options, chosen, act) => {
    const select = html("select", {}, ...options.map(([value, text]) => html("option", { value, text })));
    select.value = String(chosen);
    select.addEventListener("change", () => act(Number(select.value)));
    return [html("label", { class: "pick" }, html("span", { text: label }), select), select];
  };
  const date = html("strong", { class: "date" });
  const slider = html("input", { type: "range", min: 0, max: LAST, step: 1, "aria-label": words.slider, id: "day" });
  const playButton = button(words.play, words.playLabel, () => play(!state.playing), "play");
  const partText = html("p", { class: "part" });
  const panels = html("div", { class: "panels" });
  let shown = [];

  const partingNow = () => {
    const [a, b] = state.shown;
    if (b < 0 || a === b) return null;
    const found = data.partings[`${Math.min(a, b)}-${Math.max(a, b)}`];
    return found && (a < b ? found : { day: found.day, here: found.there, there: found.here });
  };
  const showParting = () => {
    const parting = partingNow();
    partText.replaceChildren();
    if (state.shown[1] < 0) return;
    if (!parting) { partText.textContent = words.same; return; }
    const say = ([day, text]) => (day === null ? text : fill(words.onDay, { date: dateOf(day), text }));
    partText.append(html("strong", { text: fill(words.parts, { date: dateOf(parting.day) }) }), " ",
      fill(words.partsHow, { first: runs[state.shown[0]].name, here: say(parting.here), second: runs[state.shown[1]].name, there: say(parting.there) }), " ",
      button(words.goThere, words.goThere, () => stepTo(Math.floor(parting.day))));
  };
  const compose = () => {
    shown = state.shown.filter((run, place) => run >= 0 && state.shown.indexOf(run) === place).map((run) => new Panel(runs[run]));
    panels.replaceChildren(...shown.map((panel) => panel.node));
    panels.classList.toggle("pair", shown.length > 1);
    showParting();
    drawStrip();
    draw();
  };

  const draw = () => {
    const day = Math.floor(state.now);
    if (slider.value !== String(day)) slider.value = String(day);
    if (date.textContent !== dateOf(day)) {
      date.textContent = dateOf(day);
      slider.setAttribute("aria-valuetext", dateOf(day));
    }
    strip.place?.(state.now);
    shown.forEach((panel) => panel.show(state.now));
    root.dataset.day = String(day);
  };
  const goTo = (now) => { state.now = Math.min(Math.max(now, 0), LAST + 0.999); draw(); };
  const stepTo = (day) => { play(false); goTo(day + 0.999); };
  const nextEvent = (turn) => {
    const day = Math.floor(state.now);
    const days = [...new Set(shown.flatMap((panel) => panel.run.log.map(([t]) => Math.floor(t))))].sort((a, b) => a - b);
    const found = turn > 0 ? days.find((one) => one > day) : days.filter((one) => one < day).pop();
    if (found !== undefined) stepTo(found);
  };

  // --- playing ------------------------------------------------------------------------------------------------------
  let before = 0;
  const pace = () => {
    if (state.speed > 0) return state.speed;
    const ways = shown.flatMap((panel) => panel.run.crafts.flatMap((craft) => craft.ways)).filter(([start, end]) => start <= state.now + 0.5 && state.now < end);
    if (ways.some(([, , from, to]) => from !== to)) return SPEEDS.flight;
    return ways.some(([, , from, , , , people]) => people || spots[from].lane === "earth") ? SPEEDS.pad : SPEEDS.quiet;
  };
  const bounded = (now, later) => { // does not jump over what begins in between
    if (state.speed > 0) return later;
    const days = shown.map((panel) => panel.run.starts.find((day) => day > now) ?? Infinity);
    return Math.min(later, Math.min(...days) + 1e-6);
  };
  const frame = (time) => {
    if (!state.playing) return;
    const passed = Math.min((time - before) / 1000, 0.25);
    before = time;
    goTo(bounded(state.now, state.now + passed * pace()));
    if (state.now >= LAST) play(false); else requestAnimationFrame(frame);
  };
  const play = (on) => {
    if (on === state.playing) return;
    state.playing = on;
    put(playButton, on ? words.pause : words.play);
    playButton.setAttribute("aria-label", on ? words.pauseLabel : words.playLabel);
    if (!on) return;
    if (state.now >= LAST) state.now = 0;
    before = performance.now();
    requestAnimationFrame(frame);
  };

  const wire = () => {
    slider.addEventListener("input", () => stepTo(Number(slider.value)));
    slider.addEventListener("keydown", (event) => {
      const acts = {
        " ": () => (calm.matches ? nextEvent(1) : play(!state.playing)),
        PageUp: () => stepTo(Math.floor(state.now) + 30),
        PageDown: () => stepTo(Math.floor(state.now) - 30),
      };
      if (event.shiftKey) Object.assign(acts, { ArrowRight: () => nextEvent(1), ArrowLeft: () => nextEvent(-1) });
      const act = acts[event.key];
      if (act) { event.preventDefault(); act(); }
    });
    strip.addEventListener("pointerdown", (event) => {
      const box = strip.getBoundingClientRect();
      stepTo(Math.round(((event.clientX - box.left - THUMB_PX / 2) / (box.width - THUMB_PX)) * LAST));
    });
    const still = () => { playButton.hidden = calm.matches; if (calm.matches) play(false); };
    calm.addEventListener("change", still);
    still();
    new ResizeObserver(() => { drawStrip(); shown.forEach((panel) => { panel.key = ""; }); draw(); }).observe(panels);
  };

  const build = () => {
    const named = runs.map((run, index) => [index, run.name]);
    const [first] = choice(words.show, named, state.shown[0], (run) => { state.shown[0] = run; compose(); });
    const [second] = choice(words.beside, [[-1, words.none], ...named], state.shown[1], (run) => { state.shown[1] = run; compose(); });
    const [goal] = choice(words.goal, goals.map(({ label }, index) => [index, label]), 0, (one) => { state.goal = one; draw(); });
    const paces = [[0, words.adaptive], [1, words.dayASecond], [7, words.weekASecond], [30, words.monthASecond], [365, words.yearASecond]];
    const [speed] = choice(words.speed, paces, 0, (days) => { state.speed = days; });
    if (data.base) root.append(svg("svg", { width: 0, height: 0, class: "patterns", "aria-hidden": "true" }, hatching()));
    root.append(
      html("div", { class: "choices" }, first, ...(runs.length > 1 ? [second] : []), ...(goals.length > 1 ? [goal] : []), speed),
      html("div", { class: "control card" },
        html("div", { class: "keys-row" }, date,
          button(words.earlierShort, words.earlier, () => nextEvent(-1)), button(words.dayBackShort, words.dayBack, () => stepTo(Math.floor(state.now) - 1)),
          playButton, button(words.dayOnShort, words.dayOn, () => stepTo(Math.floor(state.now) + 1)), button(words.laterShort, words.later, () => nextEvent(1))),
        strip, slider, html("p", { class: "hint", text: words.hint })),
      partText, panels);
    wire();
    compose();
    root.dataset.ready = "yes";
  };
  build();
})();
