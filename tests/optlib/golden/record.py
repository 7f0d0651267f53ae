"""Record what Keras and Optax do, step by step, for the tests to compare ours with.

Both are large, so the tests read what this script wrote. To run it again:

    pip install keras==3.15.1 optax==0.2.8 torch numpy
    KERAS_BACKEND=torch python tests/optlib/golden/record.py
"""

import json
from pathlib import Path

import jax
import keras
import numpy as np
import optax

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")

LR = 0.1
KERAS = {
    "SGD": dict(momentum=0.9),
    "SGD, Nesterov": dict(momentum=0.9, nesterov=True),
    "Adagrad": dict(epsilon=0.0),
    "Adadelta": dict(epsilon=1e-3),
    "RMSprop": dict(epsilon=0.0),
    "RMSprop, centered": dict(epsilon=0.0, centered=True, momentum=0.5),
    "Adam": dict(epsilon=1e-3),
    "Adam, AMSGrad": dict(epsilon=1e-3, amsgrad=True, beta_2=0.5),
    "AdamW": dict(epsilon=1e-3, weight_decay=0.2),
    "Adamax": dict(epsilon=0.0, beta_2=0.5),
    "Nadam": dict(epsilon=1e-8),
    "Lion": dict(),
    "Lamb": dict(epsilon=1e-3),
}
OPTAX = {
    "sgd": dict(momentum=0.9),
    "sgd, Nesterov": dict(momentum=0.9, nesterov=True),
    "adagrad": dict(eps=0.0),
    "adadelta": dict(eps=1e-3, weight_decay=0.0),
    "rmsprop": dict(eps=1e-3, eps_in_sqrt=False),
    "rmsprop, centered": dict(eps=1e-3, eps_in_sqrt=False, centered=True, momentum=0.5),
    "adam": dict(eps=1e-3),
    "adamw": dict(eps=1e-3, weight_decay=0.2),
    "adamax": dict(eps=0.0, b2=0.5),
    "radam": dict(eps=0.0),
    "lion": dict(weight_decay=0.2),
    "lamb": dict(eps=1e-3, weight_decay=0.2),
}


def keras_path(name, arguments, start, gradients):
    optimizer = getattr(keras.optimizers, name.split(",")[0])(learning_rate=LR, **arguments)
    w = keras.Variable(start)
    path = []
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g)], [w])
        path.append(keras.ops.convert_to_numpy(w).tolist())
    return path


def optax_path(name, arguments, start, gradients):
    optimizer = getattr(optax, name.split(",")[0])(learning_rate=LR, **arguments)
    w = jax.numpy.asarray(start)
    state = optimizer.init(w)
    path = []
    for g in gradients:
        updates, state = optimizer.update(jax.numpy.asarray(g), state, w)
        w = optax.apply_updates(w, updates)
        path.append(np.asarray(w).tolist())
    return path


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    start = rng.normal(size=4)
    gradients = rng.normal(size=(12, 4)) * 10.0 ** rng.integers(-3, 4, size=(12, 1))
    golden = {
        "versions": {"keras": keras.__version__, "optax": optax.__version__},
        "lr": LR,
        "start": start.tolist(),
        "gradients": gradients.tolist(),
        "keras": {n: keras_path(n, a, start, gradients) for n, a in KERAS.items()},
        "optax": {n: optax_path(n, a, start, gradients) for n, a in OPTAX.items()},
    }
    file = Path(__file__).with_name("keras_optax.json")
    file.write_text(json.dumps(golden, indent=1) + "\n")
