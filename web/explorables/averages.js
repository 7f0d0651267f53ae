import { Panel, format } from "./core.js";
import { temperatures } from "./temperatures.js";

/** The running average with factor beta; `corrected` divides by 1 − βᵗ. */
export function average(series, beta, corrected) {
  let m = 0;
  return series.map((x, i) => {
    m = beta * m + (1 - beta) * x;
    return corrected ? m / (1 - beta ** (i + 1)) : m;
  });
}

/** A year of temperatures, its average, and the weights of the past as seen from one day. */
export function averages(root, { beta = 0.9, corrected = true, day = 120 } = {}) {
  const days = temperatures.length;
  const panel = new Panel(root, {
    title: "Try it: how much of the past is kept",
    hint: "Drag the point, or use the arrow keys, to look at the average from another day.",
    state: { beta, corrected, day },
  });
  const { state } = panel;
  const year = panel.plot({
    label: "Daily temperatures and their exponentially weighted average over a year",
    x: [0, days], y: [-5, 35], xlabel: "day of 2012", ylabel: "temperature, °C", wide: true, aspect: 0.5,
  });
  const past = panel.plot({
    label: "The weight of each day in the average at the chosen day",
    x: [0, days], y: [0, 0.1], xlabel: "day of 2012", ylabel: "weight", wide: true, aspect: 0.26,
  });
  let line;
  year.handle({
    label: "Day and its average",
    get: () => [state.day, line[state.day - 1]],
    set: (x) => (state.day = Math.min(days, Math.max(1, Math.round(x)))),
    step: [1, 0],
  });
  panel.slider("beta", {
    label: "Share kept, β", min: 0, max: 0.99, step: 0.005, show: (x) => x.toFixed(3),
  });
  panel.box("corrected", "Correct the bias: divide by 1 − βᵗ");
  panel.start(() => {
    line = average(temperatures, state.beta, state.corrected);
    year.begin();
    temperatures.forEach((value, i) => year.dot(i + 1, value, 1.6, "muted"));
    year.line(days, (i) => i + 1, (i) => line[i], { width: 2.2 });
    year.end();

    const scale = state.corrected ? 1 - state.beta ** state.day : 1;
    const weight = (age) => ((1 - state.beta) * state.beta ** age) / scale;
    past.set({ y: [0, 1.15 * weight(0)] });
    past.begin();
    const width = Math.max(1, 0.8 * (past.X(2) - past.X(1)));
    for (let i = 1; i <= state.day; i++) past.bar(i, weight(state.day - i), width, "1");
    past.end();
    root.result = { average: line[state.day - 1] };
    const window = 1 / (1 - state.beta);
    const half = state.beta ? Math.log(0.5) / Math.log(state.beta) : 0;
    panel.say(
      `Day ${state.day}: ${temperatures[state.day - 1].toFixed(1)} °C, average ` +
        `${line[state.day - 1].toFixed(2)} °C. Window 1/(1 − β) = ${format(window)} days; ` +
        `weights halve every ${format(half)} days.`,
    );
  });
}
