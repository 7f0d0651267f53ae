// What all explorables share: a panel with plots, points to drag, sliders, and a line that says in
// words what there is to see. Everything can be done by mouse, touch and keyboard.

const COLORS = ["1", "2", "3", "4", "ink", "muted", "grid", "contour", "edge"];
let count = 0;

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Numbers as a reader wants them: three digits, and powers of ten where they are needed. */
export function format(x) {
  if (!Number.isFinite(x)) return "∞";
  if (x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e4)) {
    const [digits, exponent] = x.toExponential(1).split("e");
    const raised = String(+exponent).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
    return `${digits.replace("-", "−")}·10${raised}`.replace(/^1\.0·/, "");
  }
  return String(+x.toPrecision(3)).replace("-", "−");
}

/** A generator of random numbers with a seed (mulberry32): uniform in [0, 1). */
export function random(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Normally distributed numbers, by Box and Muller. */
export function normal(seed) {
  const uniform = random(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * The frame of an explorable. `state` is what the reader can change; whatever changes it calls
 * `ask()`, and `draw()` is called at the next frame.
 */
export class Panel {
  constructor(root, { title, hint, state }) {
    this.root = root;
    this.id = `explorable-${++count}`;
    this.state = state;
    this.initial = structuredClone(state);
    this.plots = [];
    this.inputs = [];
    this.stage = element("div", { class: "xp-stage" });
    this.controls = element("div", { class: "xp-controls" });
    this.status = element("p", { class: "xp-status", role: "status" });
    this.reset = element("button", { type: "button", class: "xp-button" }, "Reset");
    this.reset.onclick = () => {
      Object.assign(this.state, structuredClone(this.initial));
      this.refresh();
    };
    this.buttons = element("div", { class: "xp-buttons" }, this.reset);
    const heading = element("p", { class: "xp-title", id: `${this.id}-title` }, title);
    const frame = element(
      "div",
      { class: "xp", role: "group", "aria-labelledby": heading.id },
      heading, element("p", { class: "xp-hint" }, hint),
      this.stage, this.controls, this.buttons, this.status,
    );
    root.append(frame);
    root.state = state; // for tests
  }

  /** Everything is in place: draw as soon as the size is known, and when it or the theme changes. */
  start(draw) {
    this.draw = draw;
    const redo = () => {
      if (!this.stage.clientWidth) return; // within something folded
      this.plots.forEach((plot) => plot.resize());
      this.ask();
    };
    new ResizeObserver(redo).observe(this.stage);
    const theme = { attributes: true, attributeFilter: ["data-theme"] };
    new MutationObserver(redo).observe(document.documentElement, theme);
    this.inputs.forEach((input) => input.show());
  }

  refresh() {
    this.inputs.forEach((input) => input.show());
    this.ask();
  }

  ask() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  /** Say what there is to see; a screen reader hears it when the reader has come to rest. */
  say(text) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.status.textContent = text), 200);
  }

  /** A slider for state[key]; with `log` its steps are factors. */
  slider(key, { label, min, max, log = false, step, show = format, into = this.controls }) {
    const id = `${this.id}-${key}`;
    const forth = log ? Math.log10 : (x) => x;
    const back = log ? (x) => 10 ** x : (x) => x;
    const input = element("input", {
      id, type: "range", min: forth(min), max: forth(max), step: step ?? (forth(max) - forth(min)) / 200,
    });
    const output = element("output", { for: id });
    const name = element("label", { for: id }, label, " ", output);
    input.oninput = () => {
      this.state[key] = +back(+input.value).toPrecision(4);
      input.setAttribute("aria-valuetext", (output.textContent = show(this.state[key])));
      this.ask();
    };
    this.inputs.push({
      show: () => {
        input.value = forth(this.state[key]);
        input.setAttribute("aria-valuetext", (output.textContent = show(this.state[key])));
      },
    });
    const row = element("div", { class: "xp-slider" }, name, input);
    into.append(row);
    return row;
  }

  /** A list to choose state[key] from: pairs [value, what the reader sees]. */
  choice(key, { label, options, into = this.controls }) {
    const id = `${this.id}-${key}`;
    const select = element("select", { id });
    for (const [value, text] of options) select.append(element("option", { value }, text));
    select.onchange = () => {
      this.state[key] = select.value;
      this.refresh();
    };
    this.inputs.push({ show: () => (select.value = this.state[key]) });
    into.append(element("div", { class: "xp-choice" }, element("label", { for: id }, label), select));
  }

  /** A box to tick for state[key]. */
  box(key, label) {
    const input = element("input", { type: "checkbox" });
    input.onchange = () => {
      this.state[key] = input.checked;
      this.ask();
    };
    this.inputs.push({ show: () => (input.checked = this.state[key]) });
    this.controls.append(element("label", { class: "xp-box" }, input, " ", label));
  }

  plot(options) {
    const plot = new Plot(this, options);
    this.plots.push(plot);
    return plot;
  }
}

/** A canvas with axes. x and y are ranges; with logx, logy they are in powers of ten. `aspect` is
 * height over width; a wide plot is as wide as the panel, and higher on a phone. */
class Plot {
  constructor(panel, { label, x, y, xlabel, ylabel, aspect, logx, logy, wide, backdrop }) {
    Object.assign(this, { panel, x, y, xlabel, ylabel, logx, logy, backdrop });
    this.canvas = element("canvas", { role: "img", "aria-label": label });
    this.box = element("div", { class: wide ? "xp-plot xp-wide" : "xp-plot" }, this.canvas);
    this.box.style.setProperty("--aspect", aspect);
    panel.stage.append(this.box);
    this.ctx = this.canvas.getContext("2d");
    this.paper = document.createElement("canvas"); // what stays while points move
    this.handles = [];
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
    this.inner = { left: 46, right: this.width - 14, top: 8, bottom: this.height - 36 };
    for (const canvas of [this.canvas, this.paper]) {
      canvas.width = this.width * ratio;
      canvas.height = this.height * ratio;
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    const styles = getComputedStyle(this.box);
    this.palette = Object.fromEntries(
      COLORS.map((name) => [name, styles.getPropertyValue(`--xp-${name}`).trim()]),
    );
    this.stale = true;
  }

  /** Other ranges, or another backdrop: the paper has to be drawn anew. */
  set(changes) {
    const same = Object.entries(changes).every(([k, v]) => String(this[k]) === String(v));
    Object.assign(this, changes);
    if (!same) this.stale = true;
  }

  X(x) {
    const { left, right } = this.inner;
    const [low, high] = this.x;
    return left + (((this.logx ? Math.log10(x) : x) - low) / (high - low)) * (right - left);
  }

  Y(y) {
    const { top, bottom } = this.inner;
    const [low, high] = this.y;
    return bottom - (((this.logy ? Math.log10(y) : y) - low) / (high - low)) * (bottom - top);
  }

  /** The point of the plot under a place on the screen, within the axes. */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const { left, right, top, bottom } = this.inner;
    const p = Math.min(1, Math.max(0, (event.clientX - box.left - left) / (right - left)));
    const q = Math.min(1, Math.max(0, (bottom - event.clientY + box.top) / (bottom - top)));
    const x = this.x[0] + p * (this.x[1] - this.x[0]);
    const y = this.y[0] + q * (this.y[1] - this.y[0]);
    return [this.logx ? 10 ** x : x, this.logy ? 10 ** y : y];
  }

  /** Begin a drawing: the paper, then nothing outside of the axes. */
  begin() {
    if (this.stale) this.drawPaper();
    const { ctx, inner } = this;
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    ctx.drawImage(this.paper, 0, 0);
    ctx.restore();
    ctx.save();
    ctx.beginPath();
    ctx.rect(inner.left, inner.top - 4, inner.right - inner.left + 4, inner.bottom - inner.top + 4);
    ctx.clip();
  }

  end() {
    this.ctx.restore();
    this.handles.forEach((handle) => handle.place());
  }

  drawPaper() {
    this.stale = false;
    const { left, right, top, bottom } = this.inner;
    const ctx = this.paper.getContext("2d");
    ctx.clearRect(0, 0, this.width, this.height);
    if (this.backdrop) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, top, right - left, bottom - top);
      ctx.clip();
      this.backdrop(ctx, this);
      ctx.restore();
    }
    ctx.font = "12px system-ui, sans-serif";
    ctx.strokeStyle = this.palette.grid;
    ctx.fillStyle = this.palette.muted;
    ctx.lineWidth = 1;
    ctx.textAlign = "center";
    for (const [value, text] of ticks(this.x, this.logx, (right - left) / 60)) {
      const x = left + ((value - this.x[0]) / (this.x[1] - this.x[0])) * (right - left);
      if (!this.backdrop) stroke(ctx, x, top, x, bottom);
      ctx.fillText(text, x, bottom + 15);
    }
    ctx.textAlign = "right";
    for (const [value, text] of ticks(this.y, this.logy, (bottom - top) / 38)) {
      const y = bottom - ((value - this.y[0]) / (this.y[1] - this.y[0])) * (bottom - top);
      if (!this.backdrop) stroke(ctx, left, y, right, y);
      ctx.fillText(text, left - 6, y + 4);
    }
    ctx.strokeStyle = this.palette.muted;
    stroke(ctx, left, bottom, right, bottom);
    stroke(ctx, left, top, left, bottom);
    ctx.textAlign = "right";
    ctx.fillText(this.xlabel, right, bottom + 30);
    ctx.save();
    ctx.translate(11, top);
    ctx.rotate(-Math.PI / 2);
    ctx.fillText(this.ylabel, 0, 0);
    ctx.restore();
  }

  /**
   * A line through points given by two functions of an index, with `dots` on them; what is not finite
   * ends it. Of points that fall on the same place, one is drawn: drawing takes longer than computing.
   */
  line(n, x, y, { color = "1", width = 1.8, dash = [], dots = 0 } = {}) {
    const { ctx } = this;
    ctx.strokeStyle = ctx.fillStyle = this.palette[color];
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.beginPath();
    const far = 1e5; // where canvas stops being exact
    const shown = [];
    let [p, q] = [Infinity, Infinity];
    for (let i = 0; i < n; i++) {
      const [a, b] = [this.X(x(i)), this.Y(y(i))];
      if (!(Math.abs(a) < far && Math.abs(b) < far)) break;
      if (i && i < n - 1 && Math.hypot(a - p, b - q) < 0.7) continue;
      if (i) ctx.lineTo(a, b);
      else ctx.moveTo(a, b);
      shown.push([a, b]);
      [p, q] = [a, b];
    }
    ctx.stroke();
    ctx.setLineDash([]);
    if (dots) for (const [a, b] of shown) this.disc(a, b, dots);
  }

  disc(a, b, radius) {
    this.ctx.beginPath();
    this.ctx.arc(a, b, radius, 0, 2 * Math.PI);
    this.ctx.fill();
  }

  dot(x, y, radius, color = "ink") {
    this.ctx.fillStyle = this.palette[color];
    this.disc(this.X(x), this.Y(y), radius);
  }

  bar(x, y, width, color, base = 0) {
    const { ctx } = this;
    ctx.fillStyle = this.palette[color];
    const [a, b] = [this.Y(base), this.Y(y)];
    ctx.fillRect(this.X(x) - width / 2, Math.min(a, b), width, Math.max(1, Math.abs(a - b)));
  }

  text(x, y, text, { color = "ink", align = "left" } = {}) {
    const { ctx } = this;
    ctx.font = "12.5px system-ui, sans-serif";
    ctx.fillStyle = this.palette[color];
    ctx.textAlign = align;
    ctx.fillText(text, this.X(x), this.Y(y));
  }

  /**
   * A point to drag. `get()` says where it is, `set(x, y, byKey)` takes it elsewhere; the arrow keys
   * move it by `step`, with shift by five times as much.
   */
  handle({ label, get, set, step }) {
    const button = element("button", {
      type: "button", class: "xp-handle", "aria-label": label, "aria-roledescription": "point to drag",
    });
    const move = (x, y, byKey) => {
      set(x, y, byKey);
      this.panel.refresh();
    };
    const drag = (event) => move(...this.at(event), false);
    this.box.onpointerdown = (event) => {
      if (event.button) return;
      event.preventDefault();
      this.box.setPointerCapture(event.pointerId);
      this.box.onpointermove = drag;
      button.focus({ preventScroll: true });
      drag(event);
    };
    this.box.onpointerup = this.box.onpointercancel = () => (this.box.onpointermove = null);
    this.box.classList.add("xp-draggable");
    const [dx, dy] = step;
    const keys = { ArrowLeft: [-dx, 0], ArrowRight: [dx, 0], ArrowUp: [0, dy], ArrowDown: [0, -dy] };
    button.onkeydown = (event) => {
      const by = keys[event.key];
      if (!by) return;
      event.preventDefault();
      const [x, y] = get();
      const much = event.shiftKey ? 5 : 1;
      const to = (value, by, range, log) => {
        const moved = log ? Math.log10(value) + by * much : value + by * much;
        const inside = Math.min(range[1], Math.max(range[0], moved));
        return log ? 10 ** inside : inside;
      };
      move(to(x, by[0], this.x, this.logx), to(y, by[1], this.y, this.logy), true);
    };
    this.box.append(button);
    this.handles.push({
      place: () => {
        const [x, y] = get();
        button.style.left = `${this.X(x)}px`;
        button.style.top = `${this.Y(y)}px`;
        button.setAttribute("aria-label", `${label}: ${format(x)}, ${format(y)}`);
      },
    });
  }
}

function stroke(ctx, x1, y1, x2, y2) {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

/** Round numbers within a range, with what to write: about `n` of them. */
function ticks([low, high], log, n) {
  const raw = (high - low) / Math.max(2, n);
  const power = 10 ** Math.floor(Math.log10(raw));
  let step = [1, 2, 5, 10].find((factor) => factor * power >= raw) * power;
  if (log) step = Math.max(1, Math.round(step));
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
    const value = k * step;
    found.push([value, log ? format(10 ** value) : format(+value.toPrecision(12))]);
  }
  return found;
}

/** Draw f as shades, with a contour line where the shade changes: low is pale. */
export function contours(f, shades = 14) {
  return (ctx, plot) => {
    const { left, right, top, bottom } = plot.inner;
    const [w, h] = [Math.ceil(right - left), Math.ceil(bottom - top)];
    const values = new Float64Array(w * h);
    for (let j = 0, k = 0; j < h; j++) {
      const y = plot.y[1] - ((j + 0.5) / h) * (plot.y[1] - plot.y[0]);
      for (let i = 0; i < w; i++) {
        values[k++] = f(plot.x[0] + ((i + 0.5) / w) * (plot.x[1] - plot.x[0]), y);
      }
    }
    const some = Float64Array.from({ length: values.length / 31 }, (_, k) => values[31 * k]).sort();
    const levels = Float64Array.from(
      { length: shades - 1 },
      (_, k) => some[Math.floor(((k + 1) / shades) ** 1.5 * (some.length - 1))],
    );
    const level = new Uint8Array(w * h);
    for (let k = 0; k < w * h; k++) {
      let own = k && level[k - 1]; // mostly that of the neighbour
      while (own < shades - 1 && values[k] >= levels[own]) own++;
      while (own && values[k] < levels[own - 1]) own--;
      level[k] = own;
    }
    const dark = rgb(plot.palette.contour);
    const colors = Array.from({ length: shades }, (_, k) => rgba(dark, 0.5 * (1 - k / (shades - 1))));
    const edge = rgba(rgb(plot.palette.edge), 0.55);
    const image = ctx.createImageData(w, h);
    const pixels = new Uint32Array(image.data.buffer);
    for (let k = 0; k < w * h; k++) {
      const border = (k + 1) % w && level[k + 1] !== level[k];
      const below = k + w < w * h && level[k + w] !== level[k];
      pixels[k] = border || below ? edge : colors[level[k]];
    }
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [w, h];
    sheet.getContext("2d").putImageData(image, 0, 0);
    ctx.drawImage(sheet, left, top, right - left, bottom - top);
  };
}

/** Draw the value in [0, 1] of f(x, y) as shades of one colour; `null` stays blank. */
export function heat(f) {
  return (ctx, plot) => {
    const { left, right, top, bottom } = plot.inner;
    const [w, h] = [120, 90];
    const tint = rgb(plot.palette[1]);
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [w, h];
    const context = sheet.getContext("2d");
    const image = context.createImageData(w, h);
    const pixels = new Uint32Array(image.data.buffer);
    for (let j = 0; j < h; j++) {
      for (let i = 0; i < w; i++) {
        const x = plot.x[0] + ((i + 0.5) / w) * (plot.x[1] - plot.x[0]);
        const y = plot.y[1] - ((j + 0.5) / h) * (plot.y[1] - plot.y[0]);
        const value = f(x, y);
        if (value !== null) pixels[j * w + i] = rgba(tint, value);
      }
    }
    context.putImageData(image, 0, 0);
    ctx.drawImage(sheet, left, top, right - left, bottom - top);
  };
}

function rgb(color) {
  const n = parseInt(color.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** A pixel as the number that an image holds, on every machine that has a browser. */
function rgba([red, green, blue], alpha) {
  return ((Math.round(255 * alpha) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
