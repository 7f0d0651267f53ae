"""Ours against the recorded steps of Keras and Optax, their conventions translated."""

import json
from pathlib import Path

import numpy as np
import pytest

import optlib.numpy

GOLDEN = json.loads((Path(__file__).parent / "golden" / "keras_optax.json").read_text())

# Their optimizer, ours, and our hyper-parameters for the same steps. What differs by default:
# Keras' and Optax' accumulators of AdaGrad start at 0.1; Keras' ε stands inside the root or is
# Adam's ε̂ (below); Keras' NAdam warms its momentum up by 0.96^t.
TRANSLATIONS = [
    ("keras", "SGD", "SGD", dict(momentum=0.9)),
    ("keras", "SGD, Nesterov", "SGD", dict(momentum=0.9, nesterov=True)),
    ("keras", "Adagrad", "Adagrad", dict(initial_accumulator_value=0.1, eps=0.0)),
    ("keras", "Adadelta", "Adadelta", dict(rho=0.95, eps=1e-3)),
    ("keras", "RMSprop", "RMSprop", dict(alpha=0.9, eps=0.0)),
    (
        "keras",
        "RMSprop, centered",
        "RMSprop",
        dict(alpha=0.9, eps=0.0, centered=True, momentum=0.5),
    ),
    ("keras", "Adamax", "Adamax", dict(betas=(0.9, 0.5), eps=0.0)),
    ("keras", "Nadam", "NAdam", dict(momentum_decay=1.0, eps=1e-8)),
    ("keras", "Lion", "Lion", dict()),
    ("keras", "Lamb", "LAMB", dict(eps=1e-3, weight_decay=0.0)),
    ("optax", "sgd", "SGD", dict(momentum=0.9)),
    ("optax", "sgd, Nesterov", "SGD", dict(momentum=0.9, nesterov=True)),
    ("optax", "adagrad", "Adagrad", dict(initial_accumulator_value=0.1, eps=0.0)),
    ("optax", "adadelta", "Adadelta", dict(eps=1e-3)),
    ("optax", "rmsprop", "RMSprop", dict(alpha=0.9, eps=1e-3)),
    (
        "optax",
        "rmsprop, centered",
        "RMSprop",
        dict(alpha=0.9, eps=1e-3, centered=True, momentum=0.5),
    ),
    ("optax", "adam", "Adam", dict(eps=1e-3)),
    ("optax", "adamw", "AdamW", dict(eps=1e-3, weight_decay=0.2)),
    ("optax", "adamax", "Adamax", dict(betas=(0.9, 0.5), eps=0.0)),
    ("optax", "radam", "RAdam", dict(eps=0.0)),
    ("optax", "lion", "Lion", dict(weight_decay=0.2)),
    ("optax", "lamb", "LAMB", dict(eps=1e-3, weight_decay=0.2)),
]

# Keras' Adam divides by √v + ε̂, before the bias correction of v: ours with ε = ε̂/√(1-β₂ᵗ).
EPS_HAT = [
    ("Adam", "Adam", dict()),
    ("Adam, AMSGrad", "AMSGrad", dict(betas=(0.9, 0.5))),
    ("AdamW", "AdamW", dict(weight_decay=0.2)),
]


def path(name, hyper, eps_hat=None):
    w = np.array(GOLDEN["start"])
    optimizer = getattr(optlib.numpy, name)([w], lr=GOLDEN["lr"], **hyper)
    points = []
    for t, g in enumerate(GOLDEN["gradients"], start=1):
        if eps_hat is not None:
            group = optimizer.param_groups[0]
            group["eps"] = eps_hat / np.sqrt(1 - group["betas"][1] ** t)
        optimizer.step([np.array(g)])
        points.append(w.copy())
    return points


@pytest.mark.parametrize(("library", "theirs", "ours", "hyper"), TRANSLATIONS)
def test_translated(library, theirs, ours, hyper):
    np.testing.assert_allclose(path(ours, hyper), GOLDEN[library][theirs], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("theirs", "ours", "hyper"), EPS_HAT)
def test_eps_hat(theirs, ours, hyper):
    np.testing.assert_allclose(
        path(ours, hyper, eps_hat=1e-3), GOLDEN["keras"][theirs], rtol=1e-9, atol=1e-12
    )


def test_everything_recorded_is_compared():
    compared = {(library, theirs) for library, theirs, _, _ in TRANSLATIONS}
    compared |= {("keras", theirs) for theirs, _, _ in EPS_HAT}
    assert compared == {(lib, name) for lib in ("keras", "optax") for name in GOLDEN[lib]}
