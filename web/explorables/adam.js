import { Panel, format, normal } from "./core.js";
import { Optimizer } from "./rules.js";

const STEPS = 60;

const STREAMS = {
  constant: ["constant", () => () => 1],
  noisy: ["noisy", () => { const z = normal(3); return () => 0.5 + z(); }],
  sparse: ["rare", () => (t) => (t % 12 === 5 ? 2 : 0)],
  reddi: ["Reddi's: 3, −1, −1", () => (t) => (t % 3 === 1 ? 3 : -1)],
  step: ["a jump", () => (t) => (t <= STEPS / 2 ? 0.2 : 2)],
};

/** One coordinate of Adam: the gradients that it sees, its moments, and the steps that it takes. */
export function adam(root, { stream = "noisy", lr = 1, beta1 = 0.9, beta2 = 0.99, corrected = true } = {}) {
  const made = (name) => {
    const next = STREAMS[name][1]();
    return Array.from({ length: STEPS }, (_, i) => Math.max(-3, Math.min(3, next(i + 1))));
  };
  const panel = new Panel(root, {
    title: "Try it: what Adam makes of a stream of gradients",
    hint: "Draw the gradients: drag in the first plot, or choose a step with the left and right arrow keys and change its gradient with up and down.",
    state: { stream, lr, beta1, beta2, corrected, g: made(stream), at: 1 },
  });
  const { state } = panel;
  const gradients = panel.plot({
    label: "The gradient at each step, with its two averages",
    x: [0, STEPS + 1], y: [-3, 3], xlabel: "step", ylabel: "gradient", wide: true, aspect: 0.36,
  });
  const steps = panel.plot({
    label: "The step that Adam takes, in units of the learning rate",
    x: [0, STEPS + 1], y: [-2, 2], xlabel: "step", ylabel: "step / η", wide: true, aspect: 0.36,
  });
  gradients.handle({
    label: "Step and gradient",
    get: () => [state.at, state.g[state.at - 1]],
    set: (x, y, byKey) => {
      const step = Math.max(1, Math.min(STEPS, Math.round(x)));
      const chosen = byKey && step !== state.at; // the left and right keys change no gradient
      state.at = step;
      if (!chosen) state.g[step - 1] = +y.toFixed(2);
    },
    step: [1, 0.1],
  });
  panel.choice("stream", {
    label: "Gradients", options: Object.entries(STREAMS).map(([key, [name]]) => [key, name]),
  });
  panel.controls.querySelector("select").addEventListener("change", () => {
    state.g = made(state.stream);
    panel.refresh();
  });
  panel.slider("beta1", { label: "β₁", min: 0, max: 0.99, step: 0.005, show: (x) => x.toFixed(3) });
  panel.slider("beta2", { label: "β₂", min: 0, max: 0.999, step: 0.001, show: (x) => x.toFixed(3) });
  panel.box("corrected", "Correct the bias of both averages");
  panel.start(() => {
    const { m, v, delta } = run(state);
    gradients.begin();
    const width = Math.max(2, 0.6 * (gradients.X(2) - gradients.X(1)));
    state.g.forEach((value, i) => gradients.bar(i + 1, value, width, "edge"));
    gradients.line(STEPS, (i) => i + 1, (i) => m[i], { color: "1", width: 2.2 });
    gradients.line(STEPS, (i) => i + 1, (i) => Math.sqrt(v[i]), { color: "2", dash: [7, 3] });
    gradients.end();
    const reach = Math.max(1.2, ...delta.map(Math.abs));
    steps.set({ y: [-1.1 * reach, 1.1 * reach] });
    steps.begin();
    delta.forEach((value, i) => steps.bar(i + 1, value, width, "3"));
    steps.end();
    root.result = { m, v, delta };
    const i = state.at - 1;
    const sum = delta.reduce((a, b) => a + b, 0);
    panel.say(
      `Step ${state.at}: gradient ${format(state.g[i])}, mean (solid) ${format(m[i])}, root of the ` +
        `mean square (dashed) ${format(Math.sqrt(v[i]))}, so a step of ${format(delta[i])} η. ` +
        `All ${STEPS} steps together: ${format(sum)} η.`,
    );
  });
}

/** Both moments, as they are used, and w's moves for η = 1. */
export function run({ g, beta1, beta2, corrected }) {
  const optimizer = new Optimizer("Adam", { lr: 1, betas: [beta1, beta2] });
  const w = new Float64Array(1);
  const out = { m: [], v: [], delta: [] };
  g.forEach((value, i) => {
    w[0] = 0;
    optimizer.step(w, [value]);
    const { m, v } = optimizer.state[0];
    const [c1, c2] = corrected ? [1 - beta1 ** (i + 1), 1 - beta2 ** (i + 1)] : [1, 1];
    out.m.push(m / c1);
    out.v.push(v / c2);
    out.delta.push(corrected ? w[0] : -m / (Math.sqrt(v) + 1e-8));
  });
  return out;
}
