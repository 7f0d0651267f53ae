// Schedules of optlib.schedules, as multiples of the learning rate: t -> factor, t from 0. The run
// of T steps and the length n of the warmup are what a reader sets.

const line = (start, end, p) => start + (end - start) * p;
const halfCosine = (start, end, p) => end + ((start - end) * (1 + Math.cos(Math.PI * p))) / 2;

export function warmup(schedule, n) {
  return (t) => (t < n ? schedule(0) * line(1 / (n + 1), 1, t / n) : schedule(t - n));
}

/** Each takes the number of steps that it has. */
export const schedules = {
  constant: () => () => 1,
  step: (T) => (t) => 0.1 ** Math.floor(t / Math.ceil(T / 3)),
  exponential: (T) => (t) => (0.01 ** (1 / T)) ** t,
  time_decay: (T) => (t) => 1 / (1 + (9 / T) * t),
  inverse_sqrt: (T) => (t) => 1 / Math.sqrt(1 + t / (T / 99)),
  linear: (T) => (t) => line(1, 0, Math.min(t, T) / T),
  cosine: (T) => (t) => halfCosine(1, 0, t / T),
  cosine_restarts: (T) => (t) => halfCosine(1, 0, (t % Math.ceil(T / 3)) / Math.ceil(T / 3)),
  one_cycle(T) {
    const [first, final, top, last] = [1 / 25, 1 / 25e4, 0.3 * T - 1, T - 1];
    return (t) =>
      t <= top ? halfCosine(first, 1, t / top) : halfCosine(1, final, (Math.min(t, last) - top) / (last - top));
  },
  warmup_stable_decay(T) {
    const D = Math.ceil(T / 5);
    return (t) => 1 - Math.min(Math.max((t - (T - D)) / D, 0), 1);
  },
};
