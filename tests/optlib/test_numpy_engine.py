"""The engine of optlib.numpy: groups, errors, all or nothing, saving and loading."""

import io
import subprocess
import sys

import numpy as np
import pytest
from cases import CONFIGS, IDS
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import optlib.numpy
from optlib.numpy import SGD, Optimizer

NAN = float("nan")


def test_import_does_not_need_torch():
    code = "import sys, optlib, optlib.numpy; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    code = "import sys, optlib; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        (dict(lr=-0.1), ValueError, r"SGD: lr must be in \[0, inf\), got -0.1"),
        (dict(lr=NAN), ValueError, r"SGD: lr must be in \[0, inf\), got nan"),
        (dict(lr=float("inf")), ValueError, r"SGD: lr must be in \[0, inf\), got inf"),
        (dict(lr="0.1"), TypeError, "SGD: lr must be a number, got '0.1'"),
        (dict(lr=None), TypeError, "SGD: lr must be a number, got None"),
        (dict(lr=True), TypeError, "SGD: lr must be a number, got True"),
        (dict(momentum=-1), ValueError, r"SGD: momentum must be in \[0, inf\), got -1"),
        (dict(dampening=1.5), ValueError, r"SGD: dampening must be in \[0, 1\], got 1.5"),
        (dict(weight_decay=-1), ValueError, r"SGD: weight_decay must be in \[0, inf\), got -1"),
        (dict(nesterov=1), TypeError, "SGD: nesterov must be True or False, got 1"),
        (dict(maximize="no"), TypeError, "SGD: maximize must be True or False, got 'no'"),
        (dict(nesterov=True), ValueError, "SGD: nesterov needs momentum > 0 and dampening = 0"),
        (
            dict(momentum=0.9, dampening=0.1, nesterov=True),
            ValueError,
            "^SGD: nesterov needs momentum > 0 and dampening = 0, "
            "got momentum=0.9 and dampening=0.1$",
        ),
        (dict(beta=0.9), TypeError, r"unexpected keyword argument 'beta'; usage: SGD\(params, lr="),
        (dict(lr=np.ones(7)), ValueError, r"lr of shape \(7,\) does not broadcast .* \(2, 3\)"),
    ],
)
def test_wrong_hyperparameters(kwargs, error, message):
    with pytest.raises(error, match=message):
        SGD([np.zeros((2, 3))], **kwargs)
    with pytest.raises(error, match=message):  # a group is held to the same
        SGD([{"params": [np.zeros((2, 3))], **kwargs}]) if "beta" not in kwargs else SGD(
            [], **kwargs
        )


def read_only():
    w = np.zeros(2)
    w.flags.writeable = False
    return w


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ([], ValueError, "params is empty"),
        (np.zeros(3), TypeError, "params must be a list of arrays or of dicts, got one ndarray"),
        ({"params": []}, TypeError, "got one dict"),
        ([[1.0, 2.0]], TypeError, "a parameter must be an array, got list"),
        ([np.zeros(2, int)], TypeError, "must be of floats, got int64"),
        ([np.zeros(2, complex)], TypeError, "must be of floats, got complex128"),
        ([read_only()], ValueError, "read-only"),
        ([(w := np.zeros((2, 2))), w], ValueError, "given twice"),
        ([(w := np.zeros((2, 2))), w.T], ValueError, "given twice"),
        ([{"params": [np.zeros(2)], "momentun": 0.9}], TypeError, r"unknown \['momentun'\]"),
        ([{"weights": [np.zeros(2)]}], TypeError, "must be a dict with 'params'"),
    ],
)
def test_wrong_params(params, error, message):
    with pytest.raises(error, match=message):
        SGD(params)


@pytest.mark.parametrize(
    ("grads", "error", "message"),
    [
        (np.zeros(3), TypeError, "step takes a list of gradients, one per parameter, got ndarray"),
        (
            [np.zeros(3)],
            ValueError,
            "1 gradients for 2 parameters; give None for a parameter without one$",
        ),
        ([np.ones(3), np.zeros((3, 2))], ValueError, r"gradient 1 has shape \(3, 2\)"),
        ([np.ones(3), np.zeros((2, 3), np.float32)], ValueError, "dtype float32"),
    ],
)
def test_wrong_gradients_change_nothing(grads, error, message):
    params = [np.ones(3), np.ones((2, 3))]
    optimizer = SGD(params, lr=0.1, momentum=0.9)
    optimizer.step([np.ones(3), np.ones((2, 3))])
    before = [w.copy() for w in params], optimizer.state_dict()
    with pytest.raises(error, match=message):
        optimizer.step(grads)
    np.testing.assert_equal(before, (params, optimizer.state_dict()))


def test_an_error_within_a_step_changes_nothing():
    params = [np.ones(3), np.ones(3)]
    optimizer = SGD(params, lr=0.1, momentum=0.9)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        optimizer.step([np.ones(3), np.full(3, 1e308)])
        optimizer.param_groups[0]["momentum"] = 1e308
        optimizer.step([np.ones(3), np.full(3, 1e308)])
    assert optimizer.state[0]["step"] == optimizer.state[1]["step"] == 1
    np.testing.assert_equal(params[0], np.full(3, 0.9))


@pytest.mark.parametrize(
    ("rule", "error", "message"),
    [
        (lambda w, g, *, lr: w - lr * g, TypeError, r"Wrong.update must return \(w, \) as a tuple"),
        (lambda w, g, *, lr: [w - lr * g], TypeError, r"must return \(w, \) as a tuple"),
        (lambda w, g, *, lr: (w, g), TypeError, r"must return \(w, \) as a tuple"),
        (lambda w, g, *, lr: (lr * g.sum(),), ValueError, r"returned w of shape \(\), expected"),
        (lambda w, g, *, lr: (w[:2],), ValueError, r"w of shape \(2,\), expected \(3,\)"),
        (lambda w, g, *, lr: (w.__isub__(lr * g),), ValueError, "read-only"),
    ],
)
def test_a_wrong_rule_is_told(rule, error, message):
    class Wrong(Optimizer):
        defaults = dict(lr=0.1)
        update = staticmethod(rule)

    w = np.ones(3)
    with pytest.raises(error, match=message):
        Wrong([w]).step([np.ones(3)])
    np.testing.assert_equal(w, np.ones(3))


def test_state_keeps_its_name_and_its_dtype():
    class Wide(Optimizer):
        defaults = dict(lr=0.1)

        @staticmethod
        def init(w):
            return {"m": np.zeros_like(w), "n": np.zeros((), w.dtype)}

        @staticmethod
        def update(w, g, m, n, *, lr):
            return (w - lr * g, np.float64(0.5) * m + g, float(n) + 1)[: 3 if np.all(g > 0) else 2]

    optimizer = Wide([np.ones(3, np.float32)])
    optimizer.step([np.ones(3, np.float32)])
    m, n = optimizer.state[0]["m"], optimizer.state[0]["n"]
    assert m.dtype == n.dtype == np.float32 and n == 1
    with pytest.raises(TypeError, match=r"^Wide.update must return \(w, m, n\) as a tuple$"):
        optimizer.step([np.zeros(3, np.float32)])


def test_nesterov_without_momentum_where_there_is_no_dampening():
    with pytest.raises(ValueError, match=r"^Muon: nesterov .* got momentum=0\.0 and dampening=0$"):
        optlib.numpy.Muon([np.zeros((2, 3))], momentum=0.0)


def test_a_hyperparameter_of_a_student_is_a_number():
    class Scaled(Optimizer):
        defaults = dict(scale=1.0)

    with pytest.raises(ValueError, match=r"^Scaled: scale must be in \(-inf, inf\), got nan$"):
        Scaled([np.zeros(3)], scale=NAN)


def test_an_array_among_the_betas_must_fit():
    message = r"^Adam: betas of shape \(7,\) does not broadcast to a parameter of shape \(2, 3\)$"
    with pytest.raises(ValueError, match=message):
        optlib.numpy.Adam([np.zeros((2, 3))], betas=(np.full(7, 0.9), 0.99))


def test_a_rule_of_a_student():
    class SignDescent(Optimizer):
        defaults = dict(lr=0.1, weight_decay=0.0)

        @staticmethod
        def update(w, g, *, lr):
            return (w - lr * np.sign(g),)

    a, b = np.ones(2), np.ones(2)
    optimizer = SignDescent([{"params": [a]}, {"params": [b], "lr": 1.0}], 0.5)
    optimizer.step([np.array([3.0, -3.0]), np.array([0.0, 2.0])])
    np.testing.assert_equal((a, b), ([0.5, 1.5], [1.0, 0.0]))
    assert repr(optimizer) == (
        "SignDescent(lr=0.5, weight_decay=0.0, maximize=False; "
        "lr=1.0, weight_decay=0.0, maximize=False)"
    )
    with pytest.raises(
        NotImplementedError,
        match=r"^an optimizer needs a static method update\(w, g, \*state, …\)$",
    ):
        type("Nothing", (Optimizer,), {})([a]).step([a])


@pytest.mark.parametrize(("case", "config"), CONFIGS, ids=IDS)
def test_groups_are_separate_optimizers(case, config):
    cls = getattr(optlib.numpy, case.name)
    rng = np.random.default_rng(0)
    start = [rng.normal(size=(2, 3)), rng.normal(size=(2, 2))]
    together, apart = ([w.copy() for w in start] for _ in range(2))
    optimizer = cls([{"params": [together[0]]}, {"params": together[1], "lr": 0.7}], **config)
    separate = [cls([apart[0]], **config), cls([apart[1]], **{**config, "lr": 0.7})]
    for _ in range(5):
        grads = [rng.normal(size=(2, 3)), rng.normal(size=(2, 2))]
        optimizer.step(grads)
        for one, g in zip(separate, grads, strict=True):
            one.step([g])
    np.testing.assert_equal(together, apart)


@pytest.mark.parametrize(("case", "config"), CONFIGS, ids=IDS)
def test_saved_and_loaded_it_goes_on_bit_for_bit(case, config):
    cls = getattr(optlib.numpy, case.name)
    rng = np.random.default_rng(0)
    shapes = case.shapes[:2]
    grads = [[None, *(np.array(rng.normal(size=shape)) for shape in shapes)] for _ in range(10)]
    params = [np.ones((1, 1)), *(rng.normal(size=shape) for shape in shapes)]
    params = [np.array(w) for w in params]
    optimizer = cls(params, **config)
    for g in grads[:4]:
        optimizer.step(g)
    file = io.BytesIO()
    np.savez(file, **optimizer.state_dict())
    copies = [w.copy() for w in params]
    file.seek(0)
    resumed = cls(copies, lr=123.0)
    resumed.load_state_dict(np.load(file, allow_pickle=False))
    assert repr(resumed) == repr(optimizer)
    for g in grads[4:]:
        optimizer.step(g)
        resumed.step(g)
    np.testing.assert_equal(copies, params)
    np.testing.assert_equal(resumed.state_dict(), optimizer.state_dict())


def test_state_dict_is_a_copy():
    optimizer = SGD([w := np.ones(2)], momentum=0.9)
    optimizer.step([w])
    optimizer.state_dict()["state/0/momentum_buffer"][:] = 7
    np.testing.assert_equal(optimizer.state[0]["momentum_buffer"], [1, 1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("groups/0/lr"), "state_dict lacks groups/0/lr"),
        (lambda d: d.pop("state/0/momentum_buffer"), "lacks state/0/momentum_buffer"),
        (lambda d: d.update({"state/1/step": np.array(1)}), r"unknown keys \['state/1/step'\]"),
        (lambda d: d.update({"groups/0/lr": np.array(-1.0)}), "lr must be in"),
        (lambda d: d.update({"state/0/momentum_buffer": np.ones(3)}), r"shape \(3,\) .* \(2,\)"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, message):
    optimizer = SGD([w := np.ones(2)], lr=0.1, momentum=0.9)
    optimizer.step([w])
    before = optimizer.state_dict()
    wrong = {**before, "groups/0/momentum": np.array(0.5)}
    change(wrong)
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(wrong)
    np.testing.assert_equal(optimizer.state_dict(), before)


def test_momentum_switched_on_late():
    w = np.zeros(1)
    optimizer = SGD([w], lr=1.0)
    optimizer.step([np.ones(1)])
    assert "momentum_buffer" not in optimizer.state[0]
    optimizer.param_groups[0]["momentum"] = 0.5
    optimizer.step([np.ones(1)])
    optimizer.step([np.ones(1)])
    np.testing.assert_equal(w, [-1 - 1 - 1.5])


def test_nan_passes_through():
    w = np.ones(2)
    SGD([w], lr=1.0).step([np.array([np.nan, np.inf])])
    np.testing.assert_equal(w, [np.nan, -np.inf])


floats = st.floats(-1e3, 1e3)


@given(arrays(float, array_shapes(max_dims=2, max_side=4), elements=floats), st.data())
def test_without_momentum_a_step_is_w_minus_lr_g(w, data):
    g = data.draw(arrays(float, w.shape, elements=floats))
    lr = data.draw(st.floats(0, 10))
    expected = w - lr * g
    SGD([w], lr).step([g])
    np.testing.assert_equal(w, expected)


@given(st.floats(0, 0.99), st.lists(floats, min_size=1, max_size=20))
def test_velocity_is_the_weighted_sum_of_the_past(mu, gradients):
    w = np.zeros(())
    optimizer = SGD([w], lr=1.0, momentum=mu)
    for g in gradients:
        optimizer.step([np.asarray(g)])
    expected = sum(mu**age * g for age, g in enumerate(reversed(gradients)))
    if mu:
        np.testing.assert_allclose(optimizer.state[0]["momentum_buffer"], expected, atol=1e-9)


def test_state_dict_has_the_hyperparameters_of_every_group():
    groups = [{"params": [np.ones(2)], "lr": 0.5}, {"params": [np.ones(3)], "lr": 0.25}]
    saved = SGD(groups).state_dict()
    assert [saved[f"groups/{i}/lr"] for i in range(2)] == [0.5, 0.25]
    for group in groups:
        group["lr"] = 1.0
    loaded = SGD(groups)
    loaded.load_state_dict(saved)
    assert [group["lr"] for group in loaded.param_groups] == [0.5, 0.25]
