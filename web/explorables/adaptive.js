import { Panel, format, normal, random } from "./core.js";
import { Optimizer } from "./rules.js";

const STEPS = 300;

/** Two parameters at 1 whose optimum is 0: one easy, one with small or rare gradients. */
export function adaptive(root, { method = "Adagrad", task = "sparse", lr = 0.05, ratio = 20 } = {}) {
  const panel = new Panel(root, {
    title: "Try it: a rate for each coordinate",
    hint: "Both parameters start at 1 and should go to 0. The gradient of the second is scaled down, or seen only now and then.",
    state: { method, task, lr, ratio },
  });
  const { state } = panel;
  const paths = panel.plot({
    label: "Both parameters over time", x: [0, STEPS], y: [-0.4, 1.2], xlabel: "step", ylabel: "parameter", aspect: 0.8,
  });
  const rates = panel.plot({
    label: "The effective rate of both coordinates over time",
    x: [0, STEPS], y: [-3, 2], xlabel: "step", ylabel: "step per gradient", aspect: 0.8, logy: true,
  });
  panel.choice("method", {
    label: "Optimizer", options: ["SGD", "Adagrad", "RMSprop", "Adam"].map((name) => [name, name]),
  });
  panel.choice("task", {
    label: "The second gradient is", options: [["sparse", "rare"], ["scaled", "small"]],
  });
  panel.slider("lr", { label: "Learning rate η", min: 1e-3, max: 2, log: true });
  panel.slider("ratio", { label: "How many times rarer or smaller", min: 1, max: 100, log: true });
  panel.start(() => {
    const { w, rate } = run(state);
    paths.begin();
    paths.line(2, (i) => i * STEPS, () => 0, { color: "muted", width: 1 });
    w.forEach((path, k) => {
      paths.line(STEPS + 1, (t) => t, (t) => path[t], { color: String(k + 1), dash: k ? [7, 3] : [] });
    });
    paths.end();
    rates.begin();
    rate.forEach((path, k) => {
      rates.line(STEPS, (t) => t + 1, (t) => path[t], { color: String(k + 1), dash: k ? [7, 3] : [] });
    });
    rates.end();
    root.result = { w: w.map((path) => path[STEPS]), rate: rate.map((path) => path[STEPS - 1]) };
    panel.say(
      `After ${STEPS} steps the first parameter (solid) is at ${format(w[0][STEPS])}, the second ` +
        `(dashed) at ${format(w[1][STEPS])}. The second has ` +
        `${format(rate[1][STEPS - 1] / rate[0][STEPS - 1])} times the rate of the first.`,
    );
  });
}

/** The course of both parameters, and η over the root that divides each gradient. */
export function run({ method, task, lr, ratio }) {
  const optimizer = new Optimizer(method, { lr });
  const [noise, seen] = [normal(1), random(2)];
  const w = Float64Array.of(1, 1);
  const g = new Float64Array(2);
  const out = { w: [[1], [1]], rate: [[], []] };
  for (let t = 1; t <= STEPS; t++) {
    const scale = task === "sparse" ? +(seen() < 1 / ratio) : 1 / ratio;
    g[0] = w[0] + 0.1 * noise();
    g[1] = scale * (w[1] + 0.1 * noise());
    optimizer.step(w, g);
    for (let k = 0; k < 2; k++) {
      const state = optimizer.state[k];
      const square =
        method === "Adagrad" ? state.s
        : method === "RMSprop" ? state.v
        : method === "Adam" ? state.v / (1 - 0.999 ** t)
        : 1;
      out.w[k].push(w[k]);
      out.rate[k].push(lr / (Math.sqrt(square) + (optimizer.hyper.eps ?? 0)));
    }
  }
  return out;
}
