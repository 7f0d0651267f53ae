import { Panel, format, normal } from "./core.js";
import { schedules, warmup } from "./schedules.js";

const CURVATURES = [0.02, 0.2, 2];
const SAMPLES = 12;

/** The shape of a schedule, and noisy descent with it on three curvatures. */
export function schedule(root, { name = "cosine", lr = 0.3, n = 0, steps = 300, noise = 1 } = {}) {
  const panel = new Panel(root, {
    title: "Try it: the learning rate over a run",
    hint: "Gradient descent on a bowl with curvatures 0.02, 0.2 and 2, its gradients disturbed by noise. The thick line is the expected loss, the thin ones are single runs.",
    state: { kind: name, lr, n, steps, noise },
  });
  const { state } = panel;
  const shape = panel.plot({
    label: "The learning rate over the run", x: [0, steps], y: [0, 1], xlabel: "step", ylabel: "learning rate η", aspect: 0.7,
  });
  const losses = panel.plot({
    label: "The loss over the run", x: [0, steps], y: [-3, 1], xlabel: "step", ylabel: "loss", aspect: 0.7, logy: true,
  });
  const names = Object.keys(schedules).map((name) => [name, name.replaceAll("_", " ")]);
  panel.choice("kind", { label: "Schedule", options: names });
  panel.slider("lr", { label: "Largest rate η", min: 0.003, max: 0.95, log: true });
  panel.slider("n", { label: "Warmup, steps", min: 0, max: 100, step: 1 });
  panel.slider("noise", { label: "Noise of the gradients, σ", min: 0.01, max: 3, log: true });
  panel.start(() => {
    const { rates, expected, runs } = run(state);
    const top = state.lr * 1.05;
    shape.set({ y: [0, top] });
    shape.begin();
    shape.line(steps, (t) => t, (t) => rates[t], { width: 2.2 });
    shape.end();
    losses.begin();
    runs.forEach((path) => losses.line(steps + 1, (t) => t, (t) => path[t], { color: "edge", width: 0.6 }));
    losses.line(steps + 1, (t) => t, (t) => expected[t], { color: "2", width: 2.4 });
    losses.end();
    root.result = { rates, expected };
    panel.say(
      `Expected loss after ${steps} steps: ${format(expected[steps])}; with η = ${format(state.lr)} ` +
        `held constant ${format(run({ ...state, kind: "constant", n: 0 }).expected[steps])}.`,
    );
  });
}

/**
 * Rates, expected loss and single runs from w = 1. With gradient λw + σz, E[w²] goes to
 * (1 − ηλ)² E[w²] + η²σ²: no average over runs is needed.
 */
export function run({ kind, lr, n, steps, noise }) {
  const factor = warmup(schedules[kind](steps - n), n);
  const rates = Array.from({ length: steps }, (_, t) => lr * factor(t));
  const loss = (squares) => squares.reduce((sum, square, k) => sum + 0.5 * CURVATURES[k] * square, 0);
  let squares = CURVATURES.map(() => 1);
  const expected = [loss(squares)];
  for (const eta of rates) {
    squares = squares.map((s, k) => (1 - eta * CURVATURES[k]) ** 2 * s + (eta * noise) ** 2);
    expected.push(loss(squares));
  }
  const z = normal(7);
  const runs = Array.from({ length: SAMPLES }, () => {
    let w = CURVATURES.map(() => 1);
    return [loss(w), ...rates.map((eta) => {
      w = w.map((x, k) => x - eta * (CURVATURES[k] * x + noise * z()));
      return loss(w.map((x) => x * x));
    })];
  });
  return { rates, expected, runs };
}
