// The rules of optlib.numpy, one coordinate at a time: the same lines, the same names, the same
// defaults. tests/book holds them to the library's own steps.
//
// A rule takes the parameter w, its gradient g, its state s, the step t (from 1) and the
// hyper-parameters h; it changes s and returns the new w. Muon and Shampoo, which work on matrices,
// are not among them. LAMB and Adafactor, whose step has a length that depends on the whole vector,
// give a direction for each coordinate, and that length for all.

export const rules = {
  SGD: {
    defaults: { lr: 1e-3, momentum: 0, dampening: 0, weight_decay: 0, nesterov: false },
    state: () => ({ v: 0 }),
    update(w, g, s, t, { lr, momentum, dampening, nesterov }) {
      if (momentum) {
        s.v = t === 1 ? g : momentum * s.v + (1 - dampening) * g;
        g = nesterov ? g + momentum * s.v : s.v;
      }
      return w - lr * g;
    },
  },

  Adagrad: {
    defaults: { lr: 1e-2, lr_decay: 0, weight_decay: 0, initial_accumulator_value: 0, eps: 1e-10 },
    state: (h) => ({ s: h.initial_accumulator_value }),
    update(w, g, s, t, { lr, lr_decay, eps }) {
      s.s += g * g;
      return w - ((lr / (1 + (t - 1) * lr_decay)) * g) / (Math.sqrt(s.s) + eps);
    },
  },

  Adadelta: {
    defaults: { lr: 1, rho: 0.9, eps: 1e-6, weight_decay: 0 },
    state: () => ({ v: 0, u: 0 }),
    update(w, g, s, t, { lr, rho, eps }) {
      s.v = rho * s.v + (1 - rho) * (g * g);
      const delta = (Math.sqrt(s.u + eps) / Math.sqrt(s.v + eps)) * g;
      s.u = rho * s.u + (1 - rho) * (delta * delta);
      return w - lr * delta;
    },
  },

  RMSprop: {
    defaults: { lr: 1e-2, alpha: 0.99, eps: 1e-8, weight_decay: 0, momentum: 0, centered: false },
    state: () => ({ v: 0, b: 0, m: 0 }),
    update(w, g, s, t, { lr, alpha, eps, momentum, centered }) {
      s.v = alpha * s.v + (1 - alpha) * (g * g);
      s.m = centered ? alpha * s.m + (1 - alpha) * g : 0;
      s.b = momentum * s.b + g / (Math.sqrt(s.v - s.m * s.m) + eps);
      return w - lr * s.b;
    },
  },

  Adam: {
    defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, amsgrad: false },
    state: () => ({ m: 0, v: 0, v_max: 0 }),
    update(w, g, s, t, { lr, betas: [beta1, beta2], eps, amsgrad }) {
      s.m = beta1 * s.m + (1 - beta1) * g;
      s.v = beta2 * s.v + (1 - beta2) * (g * g);
      s.v_max = amsgrad ? Math.max(s.v_max, s.v) : s.v;
      const m_hat = s.m / (1 - beta1 ** t);
      const v_hat = s.v_max / (1 - beta2 ** t);
      return w - (lr * m_hat) / (Math.sqrt(v_hat) + eps);
    },
  },

  Adamax: {
    defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 },
    state: () => ({ m: 0, u: 0 }),
    update(w, g, s, t, { lr, betas: [beta1, beta2], eps }) {
      s.m = beta1 * s.m + (1 - beta1) * g;
      s.u = Math.max(beta2 * s.u, Math.abs(g) + eps);
      return w - ((lr / (1 - beta1 ** t)) * s.m) / s.u;
    },
  },

  NAdam: {
    defaults: {
      lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, momentum_decay: 4e-3,
      decoupled_weight_decay: false,
    },
    state: () => ({ p: 1, m: 0, v: 0 }),
    update(w, g, s, t, h) {
      const { lr, betas: [beta1, beta2], eps, weight_decay, momentum_decay } = h;
      if (h.decoupled_weight_decay) w -= lr * weight_decay * w;
      else g += weight_decay * w;
      const mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay));
      const mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay));
      s.p *= mu;
      s.m = beta1 * s.m + (1 - beta1) * g;
      s.v = beta2 * s.v + (1 - beta2) * (g * g);
      const m_hat = (mu_next * s.m) / (1 - s.p * mu_next) + ((1 - mu) * g) / (1 - s.p);
      const v_hat = s.v / (1 - beta2 ** t);
      return w - (lr * m_hat) / (Math.sqrt(v_hat) + eps);
    },
  },

  RAdam: {
    defaults: {
      lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, decoupled_weight_decay: false,
    },
    state: () => ({ m: 0, v: 0 }),
    update(w, g, s, t, h) {
      const { lr, betas: [beta1, beta2], eps, weight_decay } = h;
      if (h.decoupled_weight_decay) w -= lr * weight_decay * w;
      else g += weight_decay * w;
      s.m = beta1 * s.m + (1 - beta1) * g;
      s.v = beta2 * s.v + (1 - beta2) * (g * g);
      let m_hat = s.m / (1 - beta1 ** t);
      const rho_inf = 2 / (1 - beta2) - 1;
      const rho = rho_inf - (2 * t * beta2 ** t) / (1 - beta2 ** t);
      if (rho > 5) {
        const r = ((rho - 4) * (rho - 2) * rho_inf) / ((rho_inf - 4) * (rho_inf - 2) * rho);
        m_hat *= Math.sqrt(r * (1 - beta2 ** t)) / (Math.sqrt(s.v) + eps);
      }
      return w - lr * m_hat;
    },
  },

  Lion: {
    defaults: { lr: 1e-4, betas: [0.9, 0.99], weight_decay: 0 },
    state: () => ({ m: 0 }),
    update(w, g, s, t, { lr, betas: [beta1, beta2], weight_decay }) {
      const c = beta1 * s.m + (1 - beta1) * g;
      s.m = beta2 * s.m + (1 - beta2) * g;
      return w - lr * (Math.sign(c) + weight_decay * w);
    },
  },

  AdamWScheduleFree: {
    defaults: {
      lr: 2.5e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, warmup_steps: 0, r: 0,
      weight_lr_power: 2,
    },
    state: (h, w) => ({ z: w, x: w, v: 0, weight_sum: 0, lr_max: 0 }),
    update(w, g, s, t, h) {
      const [beta1, beta2] = h.betas;
      const lr = h.warmup_steps ? h.lr * Math.min(1, t / h.warmup_steps) : h.lr;
      s.lr_max = Math.max(s.lr_max, lr);
      const weight = t ** h.r * s.lr_max ** h.weight_lr_power;
      s.weight_sum += weight;
      s.v = beta2 * s.v + (1 - beta2) * (g * g);
      const step = g / (Math.sqrt(s.v / (1 - beta2 ** t)) + h.eps) + h.weight_decay * w;
      s.z -= lr * step;
      s.x += (s.weight_sum ? weight / s.weight_sum : 0) * (s.z - s.x);
      return beta1 * s.x + (1 - beta1) * s.z;
    },
  },
};

const norm = (a) => Math.sqrt(a.reduce((sum, x) => sum + x * x, 0));

rules.LAMB = {
  defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-6, weight_decay: 1e-2 },
  state: () => ({ m: 0, v: 0 }),
  direction(w, g, s, t, { betas: [beta1, beta2], eps, weight_decay }) {
    s.m = beta1 * s.m + (1 - beta1) * g;
    s.v = beta2 * s.v + (1 - beta2) * (g * g);
    return s.m / (1 - beta1 ** t) / (Math.sqrt(s.v / (1 - beta2 ** t)) + eps) + weight_decay * w;
  },
  length: (w, u, t, { lr }) => lr * (norm(w) && norm(u) ? norm(w) / norm(u) : 1),
};

rules.Adafactor = {
  defaults: { lr: 1e-2, beta2_decay: -0.8, eps: [2 ** -52, 1e-3], d: 1, weight_decay: 0 },
  state: () => ({ v: 0 }),
  direction(w, g, s, t, { beta2_decay, eps }) {
    const beta2 = 1 - t ** beta2_decay;
    s.v = beta2 * s.v + (1 - beta2) * (g * g);
    return g / Math.sqrt(Math.max(s.v, eps[0] ** 2));
  },
  length(w, u, t, { lr, eps, d }) {
    const rms = (a) => norm(a) / Math.sqrt(a.length);
    return (Math.max(eps[1], rms(w)) * Math.min(lr, t ** -0.5)) / Math.max(1, rms(u) / d);
  },
  shrink: ({ lr, weight_decay }) => 1 - lr * weight_decay,
};

rules.AMSGrad = { ...rules.Adam, defaults: { ...rules.Adam.defaults, amsgrad: true } };

rules.AdamW = {
  ...rules.Adam,
  defaults: { ...rules.Adam.defaults, weight_decay: 1e-2 },
  update(w, g, s, t, h) {
    return rules.Adam.update(w - h.lr * h.weight_decay * w, g, s, t, h);
  },
};

// These do with weight decay what they want; for the others it is a penalty, added to the gradient.
const DECAYING = new Set(
  ["AdamW", "NAdam", "RAdam", "Lion", "AdamWScheduleFree", "LAMB", "Adafactor"],
);

/** An optimizer of one vector: `step(w, g)` changes w in place; `lr` may be changed in between. */
export class Optimizer {
  constructor(name, hyper = {}) {
    const unknown = Object.keys(hyper).filter((key) => !(key in rules[name].defaults));
    if (unknown.length) throw new TypeError(`${name} has no ${unknown}`);
    this.rule = rules[name];
    this.hyper = { ...this.rule.defaults, ...hyper };
    this.penalty = DECAYING.has(name) ? 0 : this.hyper.weight_decay;
    this.state = null;
    this.t = 0;
  }

  step(w, g) {
    this.state ??= Array.from(w, (value) => this.rule.state(this.hyper, value));
    this.t += 1;
    const { rule, state, t, hyper, penalty } = this;
    if (rule.update) {
      for (let i = 0; i < w.length; i++) {
        w[i] = rule.update(w[i], g[i] + penalty * w[i], state[i], t, hyper);
      }
      return;
    }
    const u = w.map((value, i) => rule.direction(value, g[i], state[i], t, hyper));
    const length = rule.length(w, u, t, hyper);
    const kept = rule.shrink?.(hyper) ?? 1;
    for (let i = 0; i < w.length; i++) w[i] = kept * w[i] - length * u[i];
  }
}

/** The points (x, y) that an optimizer visits on a problem, start included: x₀, y₀, x₁, y₁, … */
export function trajectory(name, hyper, problem, start, steps) {
  const optimizer = new Optimizer(name, hyper);
  const path = new Float64Array(2 * steps + 2);
  const w = Float64Array.from(start);
  const g = new Float64Array(2);
  path.set(w);
  for (let t = 1; t <= steps; t++) {
    problem.grad(w, g);
    optimizer.step(w, g);
    path.set(w, 2 * t);
  }
  return path;
}
