import { Panel, contours, format, heat } from "./core.js";
import { quadratic } from "./problems.js";
import { trajectory } from "./rules.js";

const STEPS = 150;

/** The larger modulus of the two roots of r² − (1 + μ − ηλ) r + μ: the rate in one direction. */
export function rate(product, momentum) {
  const b = 1 + momentum - product;
  const root = b * b - 4 * momentum;
  return root < 0 ? Math.sqrt(momentum) : (Math.abs(b) + Math.sqrt(root)) / 2;
}

/** A trajectory of the heavy ball, and the plane of (η, μ) with the rate that theory gives. */
export function momentum(root, { lr = 0.05, mu = 0.8, kappa = 30, start = [-1.3, 0.9] } = {}) {
  const panel = new Panel(root, {
    title: "Try it: momentum on a ravine",
    hint: "Drag the start on the left, and learning rate and momentum on the right. The stronger the colour there, the faster; where it is blank, the iteration diverges.",
    state: { lr, mu, kappa, start: [...start] },
  });
  const { state } = panel;
  const both = (lr, mu) => Math.max(rate(lr, mu), rate(lr * state.kappa, mu));
  const plane = panel.plot({
    label: "The path of gradient descent with momentum on a ravine",
    x: [-1.6, 1.6], y: [-1.3, 1.3], xlabel: "w₁", ylabel: "w₂", aspect: 0.8,
  });
  const map = panel.plot({
    label: "The rate of convergence for every learning rate and momentum",
    x: [-3, 0.6], y: [0, 1], xlabel: "learning rate η", ylabel: "momentum μ", aspect: 0.8, logx: true,
    backdrop: heat((x, y) => {
      const r = both(10 ** x, y);
      return r < 1 ? 0.08 + 0.9 * (1 - r) ** 0.45 : null;
    }),
  });
  plane.handle({
    label: "Start",
    get: () => state.start,
    set: (x, y) => (state.start = [x, y]),
    step: [0.05, 0.05],
  });
  map.handle({
    label: "Learning rate and momentum",
    get: () => [state.lr, state.mu],
    set: (lr, mu) => Object.assign(state, { lr: +lr.toPrecision(4), mu: Math.min(0.995, +mu.toFixed(3)) }),
    step: [0.02, 0.005],
  });
  panel.slider("lr", { label: "Learning rate η", min: 1e-3, max: 4, log: true });
  panel.slider("mu", { label: "Momentum μ", min: 0, max: 0.995, step: 0.005 });
  panel.slider("kappa", { label: "Condition number κ", min: 1, max: 100, log: true });
  const best = document.createElement("button");
  Object.assign(best, { type: "button", className: "xp-button", textContent: "Take the best η and μ" });
  best.onclick = () => {
    const root = Math.sqrt(state.kappa);
    state.lr = +((2 / (1 + root)) ** 2).toPrecision(6);
    state.mu = Math.min(0.995, ((root - 1) / (root + 1)) ** 2);
    panel.refresh();
  };
  panel.buttons.append(best);
  panel.start(() => {
    const { lr, mu, kappa } = state;
    const problem = quadratic([1, kappa]);
    const path = trajectory("SGD", { lr, momentum: mu }, problem, state.start, STEPS);
    plane.set({ backdrop: contours(problem.f), key: kappa });
    plane.begin();
    plane.line(STEPS + 1, (t) => path[2 * t], (t) => path[2 * t + 1], { width: 1.2, dots: 2.2 });
    plane.dot(0, 0, 4);
    plane.end();
    map.set({ shown: kappa });
    map.begin();
    map.end();
    const r = both(lr, mu);
    const loss = problem.f(path[2 * STEPS], path[2 * STEPS + 1]);
    root.result = { loss, rate: r, path };
    const speed =
      r < 1
        ? `In the long run each step multiplies the error by ${format(r)}: ` +
          `${format(Math.log(0.1) / Math.log(r))} steps for a digit.`
        : `It diverges: η must stay below 2(1 + μ)/κ = ${format((2 * (1 + mu)) / kappa)}.`;
    panel.say(`${speed} Loss after ${STEPS} steps: ${format(loss)}.`);
  });
}
