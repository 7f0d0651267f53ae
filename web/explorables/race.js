import { Panel, contours, element, format } from "./core.js";
import { problems } from "./problems.js";
import { rules, trajectory } from "./rules.js";

const STEPS = 500;
const CLOSE = 1e-6;
const RATES = {
  quadratic: 0.05, ravine: 0.2, plateau: 0.5, saddle: 0.1, rosenbrock: 0.001, beale: 0.01, himmelblau: 0.01,
};
const MOMENTUM = { SGD: "momentum", RMSprop: "momentum" };
const DASHES = [[], [7, 3], [2, 3], [8, 3, 2, 3]];

/** Two to four optimizers from one start; the state is in the page's address, to be shared. */
export function race(root, { problem = "ravine", racers, start } = {}) {
  const given = racers ?? [
    { name: "SGD", lr: 0.4, momentum: 0 }, { name: "SGD", lr: 0.4, momentum: 0.7 },
    { name: "RMSprop", lr: 0.1, momentum: 0 }, { name: "Adam", lr: 0.3, momentum: 0 },
  ];
  const panel = new Panel(root, {
    title: "Try it: a race",
    hint: "Choose a problem and up to four optimizers, and drag the start.",
    state: { problem, start: start ?? [...problems[problem].start], racers: structuredClone(given) },
  });
  const { state } = panel;
  const restored = new URLSearchParams(location.hash.slice(1)).get("race");
  if (restored) Object.assign(state, valid(restored) ?? {});
  const plane = panel.plot({
    label: "The paths of the optimizers", x: [0, 1], y: [0, 1], xlabel: "w₁", ylabel: "w₂", aspect: 0.8,
  });
  const losses = panel.plot({
    label: "The loss above its minimum, step by step",
    x: [0, STEPS], y: [-12, 3], xlabel: "step", ylabel: "loss", aspect: 0.8, logy: true,
  });
  plane.handle({
    label: "Start",
    get: () => state.start,
    set: (x, y) => (state.start = [x, y]),
    step: [0.1, 0.1],
  });
  panel.choice("problem", {
    label: "Problem", options: Object.entries(problems).map(([key, p]) => [key, p.name]),
  });
  panel.controls.querySelector("select").addEventListener("change", () => {
    state.start = [...problems[state.problem].start];
    state.racers.forEach((racer) => (racer.lr = racer.name === "Adadelta" ? 1 : RATES[state.problem]));
    panel.refresh();
  });
  const lanes = element("div", { class: "xp-lanes" });
  panel.controls.append(lanes);
  for (let n = 0; n < 4; n++) lanes.append(lane(panel, n));
  const link = element("button", { type: "button", class: "xp-button" }, "Link to this race");
  link.onclick = () => {
    history.replaceState(null, "", `#${new URLSearchParams({ race: JSON.stringify(state) })}`);
    navigator.clipboard?.writeText(location.href).catch(() => {});
    panel.say("The address of this page now leads to this race.");
  };
  panel.buttons.append(link);
  panel.start(() => {
    const chosen = problems[state.problem];
    const [x, y] = chosen.region;
    plane.set({ x, y, backdrop: contours(chosen.f), key: state.problem });
    const floor = Math.min(...chosen.minima.map((m) => chosen.f(...m)));
    const runs = state.racers.map(({ name, lr, momentum }) => {
      const hyper = name in MOMENTUM ? { lr, [MOMENTUM[name]]: momentum } : { lr };
      return name ? trajectory(name, hyper, chosen, state.start, STEPS) : null;
    });
    plane.begin();
    chosen.minima.forEach((m) => plane.dot(...m, 4));
    runs.forEach((path, n) => {
      const color = String(n + 1);
      if (path) plane.line(STEPS + 1, (t) => path[2 * t], (t) => path[2 * t + 1], { color, width: 1.5, dots: 1.6 });
    });
    plane.end();
    losses.begin();
    const loss = (path, t) => Math.max(1e-13, chosen.f(path[2 * t], path[2 * t + 1]) - floor);
    runs.forEach((path, n) => {
      const style = { color: String(n + 1), dash: DASHES[n] };
      if (path) losses.line(STEPS + 1, (t) => t, (t) => loss(path, t), style);
    });
    losses.end();
    root.result = { paths: runs, losses: runs.map((path) => path && loss(path, STEPS)) };
    const arrivals = runs.map((path, n) => {
      const t = path && Array.from({ length: STEPS + 1 }, (_, t) => t).find((t) => loss(path, t) < CLOSE);
      return path && `${state.racers[n].name} (${n + 1}): ${t ?? "not within " + STEPS}`;
    });
    panel.say(`Steps until the loss is within 10⁻⁶ of its minimum. ${arrivals.filter(Boolean).join("; ")}.`);
  });
}

/** The controls of one racer: which optimizer, its learning rate, its momentum if it has one. */
function lane(panel, n) {
  const { state } = panel;
  const box = element("div", {
    class: `xp-lane xp-lane-${n + 1}`, role: "group", "aria-label": `Optimizer ${n + 1}`,
  });
  const proxy = new Proxy({}, {
    get: (_, key) => state.racers[n]?.[key],
    set: (_, key, value) => ((state.racers[n][key] = value), true),
  });
  const own = Object.create(panel, { id: { value: `${panel.id}-${n}` }, state: { value: proxy } });
  const options = Object.keys(rules).map((name) => [name, name]);
  own.choice("name", { label: `Optimizer ${n + 1}`, options: n < 2 ? options : [["", "none"], ...options], into: box });
  own.slider("lr", { label: "η", min: 1e-4, max: 4, log: true, into: box });
  const momentum = own.slider("momentum", { label: "μ", min: 0, max: 0.99, step: 0.01, into: box });
  panel.inputs.push({ show: () => (momentum.hidden = !(proxy.name in MOMENTUM)) });
  return box;
}

/** What an address says, if it is a race. */
function valid(text) {
  try {
    const { problem, start, racers } = JSON.parse(text);
    const good =
      problem in problems && start.length === 2 && start.every(Number.isFinite) && racers.length === 4 &&
      racers.every((r) => (r.name === "" || r.name in rules) && Number.isFinite(r.lr) && Number.isFinite(r.momentum));
    return good ? { problem, start, racers } : null;
  } catch {
    return null;
  }
}
