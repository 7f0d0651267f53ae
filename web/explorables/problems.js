// The problems of optlib.problems, in two dimensions: value f(x, y) and gradient, written into g.

/** ½ wᵀA w with the given curvatures; `angle` turns the axes counter-clockwise. */
export function quadratic([a, b] = [1, 10], angle = 0) {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const xx = a * c * c + b * s * s;
  const xy = (a - b) * c * s;
  const yy = a * s * s + b * c * c;
  return {
    name: `quadratic, κ = ${Math.max(a, b) / Math.min(a, b)}`,
    f: (x, y) => 0.5 * (xx * x * x + 2 * xy * x * y + yy * y * y),
    grad([x, y], g) {
      g[0] = xx * x + xy * y;
      g[1] = xy * x + yy * y;
    },
    minima: [[0, 0]],
    start: [c - s, s + c],
    region: [[-1.5, 1.5], [-1.5, 1.5]],
  };
}

const BEALE = [1.5, 2.25, 2.625];

export const problems = {
  quadratic: quadratic(),

  ravine: {
    name: "ravine",
    f: (x, y) => 0.1 * x * x + 2 * y * y,
    grad([x, y], g) {
      g[0] = 0.2 * x;
      g[1] = 4 * y;
    },
    minima: [[0, 0]],
    start: [-5, -2],
    region: [[-5.5, 2.5], [-3, 3]],
  },

  plateau: {
    name: "plateau",
    f: (x, y) => (x * x + y * y) / (1 + x * x + y * y),
    grad([x, y], g) {
      const factor = 2 / (1 + x * x + y * y) ** 2;
      g[0] = factor * x;
      g[1] = factor * y;
    },
    minima: [[0, 0]],
    start: [-4, 2],
    region: [[-5, 5], [-5, 5]],
  },

  saddle: {
    name: "saddle",
    f: (x, y) => 0.5 * x * x - 0.5 * y * y + 0.25 * y ** 4,
    grad([x, y], g) {
      g[0] = x;
      g[1] = y ** 3 - y;
    },
    minima: [[0, 1], [0, -1]],
    start: [1, 0.001],
    region: [[-1.5, 1.5], [-1.5, 1.5]],
  },

  rosenbrock: {
    name: "Rosenbrock",
    f: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    grad([x, y], g) {
      g[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      g[1] = 200 * (y - x * x);
    },
    minima: [[1, 1]],
    start: [-1.2, 1],
    region: [[-2, 2], [-1, 3]],
  },

  beale: {
    name: "Beale",
    f: (x, y) => BEALE.reduce((sum, c, i) => sum + (c - x + x * y ** (i + 1)) ** 2, 0),
    grad([x, y], g) {
      g[0] = g[1] = 0;
      BEALE.forEach((c, k) => {
        const i = k + 1;
        const r = 2 * (c - x + x * y ** i);
        g[0] += r * (y ** i - 1);
        g[1] += r * i * x * y ** (i - 1);
      });
    },
    minima: [[3, 0.5]],
    start: [1, 1],
    region: [[-4.5, 4.5], [-4.5, 4.5]],
  },

  himmelblau: {
    name: "Himmelblau",
    f: (x, y) => (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
    grad([x, y], g) {
      const a = x * x + y - 11;
      const b = x + y * y - 7;
      g[0] = 4 * a * x + 2 * b;
      g[1] = 2 * a + 4 * b * y;
    },
    minima: [
      [3, 2],
      [-2.805118086952745, 3.131312518250573],
      [-3.779310253377747, -3.28318599128617],
      [3.584428340330492, -1.848126526964404],
    ],
    start: [0, 0],
    region: [[-5, 5], [-5, 5]],
  },
};
