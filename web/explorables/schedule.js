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
  const next = normal(7);
  const draws = Array.from({ length: SAMPLES }, () =>
    Float64Array.from({ length: CURVATURES.length * steps }, next));
  const names = Object.keys(schedules).map((name) => [name, name.replaceAll("_", " ")]);
  panel.choice("kind", { label: "Schedule", options: names });
  panel.slider("lr", { label: "Largest rate η", min: 0.003, max: 0.95, log: true });
  panel.slider("n", { label: "Warmup, steps", min: 0, max: 100, step: 1 });
  panel.slider("noise", { label: "Noise of the gradients, σ", min: 0.01, max: 3, log: true });
  panel.start(() => {
    const rates = course(state);
    const expected = expectation(rates, state.noise);
    const constant = expectation(course({ ...state, kind: "constant", n: 0 }), state.noise);
    const top = state.lr * 1.05;
    shape.set({ y: [0, top] });
    shape.begin();
    shape.line(steps, (t) => t, (t) => rates[t], { width: 2.2 });
    shape.end();
    losses.begin();
    for (const z of draws) {
      const loss = sample(rates, state.noise, z);
      losses.line(steps + 1, (t) => t, (t) => loss[t], { color: "edge", width: 0.6 });
    }
    losses.line(steps + 1, (t) => t, (t) => expected[t], { color: "2", width: 2.4 });
    losses.end();
    root.result = { rates, expected };
    panel.say(
      `Expected loss after ${steps} steps: ${format(expected[steps])}; with η = ${format(state.lr)} ` +
        `held constant ${format(constant[steps])}.`,
    );
  });
}

/** The learning rate of each step. */
function course({ kind, lr, n, steps }) {
  const factor = warmup(schedules[kind](steps - n), n);
  return Array.from({ length: steps }, (_, t) => lr * factor(t));
}

/**
 * The loss expected before the first step and after each, from w = 1. With gradient λw + σz, E[w²]
 * goes to (1 − ηλ)² E[w²] + η²σ²: no average over runs is needed.
 */
function expectation(rates, noise) {
  const losses = Array(rates.length + 1).fill(0);
  for (const curvature of CURVATURES) {
    let square = 1;
    losses[0] += 0.5 * curvature;
    rates.forEach((eta, t) => {
      square = (1 - eta * curvature) ** 2 * square + (eta * noise) ** 2;
      losses[t + 1] += 0.5 * curvature * square;
    });
  }
  return losses;
}

/** The loss of a single run, whose noise is σz. */
function sample(rates, noise, z) {
  const losses = Array(rates.length + 1).fill(0);
  CURVATURES.forEach((curvature, k) => {
    let w = 1;
    losses[0] += 0.5 * curvature;
    rates.forEach((eta, t) => {
      w -= eta * (curvature * w + noise * z[CURVATURES.length * t + k]);
      losses[t + 1] += 0.5 * curvature * w * w;
    });
  });
  return losses;
}
