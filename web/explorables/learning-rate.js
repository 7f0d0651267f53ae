import { Panel, contours, format } from "./core.js";
import { quadratic } from "./problems.js";
import { trajectory } from "./rules.js";

const STEPS = 60;

/** Gradient descent on ½λw², and in two dimensions with condition number κ. */
export function learningRate(root, { lr = 0.3, kappa = 10, start = [-1.2, 1.1] } = {}) {
  const panel = new Panel(root, {
    title: "Try it: the learning rate decides",
    hint: "Drag the start in the second plot. Its steep direction has curvature κ, the flat one 1; the first plot shows the steep one alone.",
    state: { rate: lr, kappa, start: [...start] },
  });
  const { state } = panel;
  const steep = panel.plot({
    label: "Steps of gradient descent on a parabola",
    x: [-1.6, 1.6], y: [0, 1.3], xlabel: "w₂", ylabel: "loss / κ", aspect: 0.8,
  });
  const plane = panel.plot({
    label: "Steps of gradient descent on a two-dimensional bowl",
    x: [-1.6, 1.6], y: [-1.6, 1.6], xlabel: "w₁", ylabel: "w₂", aspect: 0.8,
  });
  plane.handle({
    label: "Start",
    get: () => state.start,
    set: (x, y) => (state.start = [x, y]),
    step: [0.05, 0.05],
  });
  panel.slider("rate", { label: "ηκ, learning rate × steepest curvature", min: 0.02, max: 2.4, step: 0.01 });
  panel.slider("kappa", { label: "Condition number κ", min: 1, max: 100, log: true });
  panel.start(() => {
    const { rate, kappa } = state;
    const problem = quadratic([1, kappa]);
    const path = trajectory("SGD", { lr: rate / kappa }, problem, state.start, STEPS);
    steep.begin();
    steep.line(161, (i) => i / 50 - 1.6, (i) => 0.5 * (i / 50 - 1.6) ** 2, { color: "muted" });
    steep.line(STEPS + 1, (t) => path[2 * t + 1], (t) => 0.5 * path[2 * t + 1] ** 2, { width: 1.2, dots: 3 });
    steep.end();
    plane.set({ backdrop: contours(problem.f), key: kappa });
    plane.begin();
    plane.line(STEPS + 1, (t) => path[2 * t], (t) => path[2 * t + 1], { width: 1.2, dots: 2.6 });
    plane.dot(0, 0, 4);
    plane.end();
    const loss = problem.f(path[2 * STEPS], path[2 * STEPS + 1]);
    root.result = { loss, path };
    const steepest = Math.abs(1 - rate);
    const flattest = Math.abs(1 - rate / kappa);
    const what =
      rate > 2 ? "It diverges: ηκ is above 2."
      : rate === 2 ? "It swings for ever: ηκ is 2."
      : rate > 1 ? "Across the steep direction it oscillates, and converges: ηκ is between 1 and 2."
      : "It converges without oscillation: ηκ is at most 1.";
    panel.say(
      `${what} Each step multiplies the error by ${format(steepest)} in the steep direction and ` +
        `by ${format(flattest)} in the flat one. Loss after ${STEPS} steps: ${format(loss)}.`,
    );
  });
}
