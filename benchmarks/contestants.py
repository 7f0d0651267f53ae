"""Who steps: each contestant makes, for a list of shapes, a function that takes one step."""

import importlib.util

import numpy as np
import torch

import optlib.numpy
import optlib.torch


def arrays(shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]


def naive(shapes):
    """Adam as blog posts write it: NumPy, an operation at a time, state in dicts."""
    params, grads = arrays(shapes), arrays(shapes)
    m = [np.zeros_like(w) for w in params]
    v = [np.zeros_like(w) for w in params]
    t = 0

    def step(lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        nonlocal t
        t += 1
        for i, g in enumerate(grads):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            m_hat = m[i] / (1 - beta1**t)
            v_hat = v[i] / (1 - beta2**t)
            params[i] = params[i] - lr * m_hat / (np.sqrt(v_hat) + eps)

    return step


def ours_numpy(name, numba=False, plain=False):
    def make(shapes):
        params, grads = arrays(shapes), arrays(shapes)
        optimizer = getattr(optlib.numpy, name)(params)
        if plain:
            optimizer._is_surely_elementwise = lambda: False

        def step():
            optlib.numpy.use_numba(numba)
            optimizer.step(grads)

        return step

    return make


def on_torch(cls, numba=False, **config):
    def make(shapes):
        params = [torch.from_numpy(w).requires_grad_() for w in arrays(shapes)]
        for w, g in zip(params, arrays(shapes), strict=True):
            w.grad = torch.from_numpy(g)
        optimizer = cls(params, **config)

        def step():
            optlib.numpy.use_numba(numba)
            optimizer.step()

        return step

    return make


def optax(shapes):
    import jax
    import optax

    params = [jax.numpy.asarray(w) for w in arrays(shapes)]
    grads = [jax.numpy.asarray(g) for g in arrays(shapes)]
    transform = optax.adam(1e-3)

    def update(params, state, grads):
        updates, state = transform.update(grads, state, params)
        return optax.apply_updates(params, updates), state

    jitted = jax.jit(update, donate_argnums=(0, 1))
    held = [params, transform.init(params)]

    def step():
        held[:] = jitted(*held, grads)
        jax.block_until_ready(held)

    return step


def keras(shapes):
    import os

    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    variables = [keras.Variable(w) for w in arrays(shapes)]
    grads = [torch.from_numpy(g) for g in arrays(shapes)]
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(variables)
    return lambda: optimizer.apply_gradients(zip(grads, variables, strict=True))


def contestants(name):
    """The contestants with this algorithm, by the name in the table."""
    theirs, ours = getattr(torch.optim, name), getattr(optlib.torch, name)
    has = importlib.util.find_spec
    table = {}
    if name == "Adam":
        table["NumPy as blogs write it"] = naive
    table |= {"NumPy, ours, plain": ours_numpy(name, plain=True)}
    table |= {"NumPy, ours": ours_numpy(name)}
    if has("numba"):
        table["NumPy, ours, numba"] = ours_numpy(name, numba=True)
    table |= {"torch, default": on_torch(theirs), "torch, foreach": on_torch(theirs, foreach=True)}
    if name in ("Adam", "AdamW", "SGD", "Adagrad"):
        table["torch, fused"] = on_torch(theirs, fused=True)
    table["PyTorch, ours"] = on_torch(ours)
    if has("numba") and name not in ("Adam", "AdamW", "SGD", "Adagrad"):
        table["PyTorch, ours, numba"] = on_torch(ours, numba=True)
    if name == "Adam" and has("optax"):
        table["Optax"] = optax
    if name == "Adam" and has("keras"):
        table["Keras on torch"] = keras
    return table
