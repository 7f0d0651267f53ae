"""Every engine gives what the plain rule gives: recorded, numba, torch's blocks and kernels."""

import copy
import functools
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from cases import ELEMENTWISE

import optlib.numpy
import optlib.torch
from optlib.numpy import blocks, compiled, recorded

SHAPES = ((37, 300), (5,), (), (0,), (20_000,), (8, 9, 100), (2,))


@pytest.fixture(params=["blocks", "numba"])
def engine(request, monkeypatch):
    """Small blocks that do not divide the arrays, several threads; the engine by its name."""
    monkeypatch.setattr(recorded, "BLOCK", 1000)
    monkeypatch.setattr(recorded, "LARGE", 4000)
    monkeypatch.setattr(blocks, "SHARED", 100_000)
    monkeypatch.setattr(blocks, "_cores", lambda: 3)
    monkeypatch.setattr(compiled, "CHUNK", 3000)
    monkeypatch.setattr(optlib.torch.blocks, "BLOCK", 500)
    monkeypatch.setattr(optlib.torch.blocks, "LARGE", 1000)
    monkeypatch.setattr(optlib.torch.blocks, "TINY", 1)
    if request.param == "numba":
        pytest.importorskip("numba")
        optlib.numpy.use_numba()
    yield request.param
    optlib.numpy.use_numba(False)


@pytest.fixture
def parts(monkeypatch):
    """Counts the parts that steps are taken in."""
    counted = []
    run = blocks.run
    monkeypatch.setattr(
        blocks, "run", lambda jobs, size: counted.append(len(jobs)) or run(jobs, size)
    )
    return counted


def gradients(dtype, steps=4):
    rng = np.random.default_rng(1)
    return [
        [np.asarray(rng.normal(size=shape), dtype) for shape in SHAPES[:-1]] + [None]
        for _ in range(steps)
    ]


def numpy_run(cls, config, dtype, plain=False, order="C"):
    rng = np.random.default_rng(0)
    params = [np.asarray(rng.normal(size=shape), dtype, order=order) for shape in SHAPES]
    optimizer = cls(params, **config)
    if plain:
        optimizer._is_surely_elementwise = lambda: False
    for grads in gradients(dtype):
        optimizer.step([g if g is None else np.asarray(g, order=order) for g in grads])
    return params, optimizer.state_dict()


@pytest.mark.parametrize(("case", "config"), ELEMENTWISE)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numpy_engines_equal_the_rule(case, config, dtype, engine, parts):
    cls = getattr(optlib.numpy, case.name)
    expected, state = numpy_run(cls, config, dtype, plain=True)
    assert sum(parts) == 0
    order = "F" if case.name != "AdamWScheduleFree" and dtype is np.float64 else "C"
    actual, same = numpy_run(cls, config, dtype, order=order)
    assert sum(parts) > 10, "the engine was not used"
    close = dict(rtol=1e-5, atol=1e-6) if dtype is np.float32 else dict(rtol=1e-11, atol=1e-13)
    if engine == "blocks":
        close = dict(rtol=0, atol=0)
    for a, b in zip(actual, expected, strict=True):
        np.testing.assert_allclose(a, b, **close)
    assert same.keys() == state.keys()
    for key in state:
        assert (same[key].dtype, same[key].shape) == (state[key].dtype, state[key].shape)
        if key.startswith("state"):
            np.testing.assert_allclose(same[key], state[key], err_msg=key, **close)


@pytest.mark.parametrize(("case", "config"), ELEMENTWISE)
@pytest.mark.parametrize("engine", ["numba"], indirect=True)
def test_the_compiled_rules_are_complete(case, config, engine, monkeypatch):
    """A rule that numba can't compile would be recorded, and no result would tell."""
    cls = getattr(optlib.numpy, case.name)
    monkeypatch.setattr(recorded, "record", None)
    for dtype in (np.float32, np.float64):
        numpy_run(cls, config, dtype)
    loops = [loop for (rule, *_), loop in compiled.loops.items() if rule is cls.update]
    assert loops and None not in loops


def torch_run(cls, config, dtype, plain=False):
    rng = np.random.default_rng(0)
    params = [torch.tensor(rng.normal(size=shape), dtype=dtype) for shape in SHAPES]
    params = [w.requires_grad_() for w in params]
    optimizer = cls(params, **config)
    if plain:  # a function that no engine knows
        rule = optimizer.update
        optimizer.update = lambda *args, **kwargs: rule(*args, **kwargs)
    for grads in gradients(np.float64):
        for w, g in zip(params, grads, strict=True):
            w.grad = g if g is None else torch.tensor(g, dtype=dtype)
        optimizer.step()
    return [w.detach() for w in params], optimizer.state_dict()


@pytest.mark.parametrize("name", ["RMSprop", "Adadelta", "NAdam", "Adamax"])
@pytest.mark.parametrize("engine", ["numba"], indirect=True)
def test_torch_rules_without_a_kernel_use_the_compiled_complete(name, engine, monkeypatch):
    used, jobs = [], compiled.Program.jobs
    monkeypatch.setattr(
        compiled.Program, "jobs", lambda self, *args: used.append(1) or jobs(self, *args)
    )
    made, run = [], optlib.torch.blocks.Parts.run
    monkeypatch.setattr(
        optlib.torch.blocks.Parts, "run", lambda self: made.extend(self.jobs) or run(self)
    )
    torch_run(getattr(optlib.torch, name), dict(lr=0.1), torch.float32)
    assert len(used) > 10 and made
    assert {job.func for job in made} <= set(compiled.loops.values())


@pytest.mark.parametrize(("case", "config"), ELEMENTWISE)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_torch_engines_equal_the_rule(case, config, dtype, engine, monkeypatch):
    cls = getattr(optlib.torch, case.name)
    if engine == "numba" and dtype is torch.float64:
        pytest.skip("the same loops as NumPy's; compiling takes a while")
    expected, state = torch_run(cls, config, dtype, plain=True)
    fused, many = [], []
    step, run = optlib.torch.fused.step, optlib.torch.blocks.Parts.run
    monkeypatch.setattr(
        optlib.torch.fused, "step", lambda *args: fused.append(step(*args)) or fused[-1]
    )
    monkeypatch.setattr(
        optlib.torch.blocks.Parts, "run", lambda self: many.append(len(self.jobs)) or run(self)
    )
    actual, same = torch_run(cls, config, dtype)
    if optlib.torch.fused.find(cls.update):
        assert fused == [False, True, True, True], "the rule takes the first step"
    else:
        assert len(many) == 4 and min(many) > 10, "the engine was not used"
    torch.testing.assert_close(actual, expected)
    torch.testing.assert_close(same, state)


@pytest.mark.parametrize("name", ["Adam", "AdamW", "AMSGrad", "Adagrad", "SGD"])
def test_fused_kernels_step_all_parameters_by_one_call(name, monkeypatch):
    params = [torch.ones(3, requires_grad=True) for _ in range(4)]
    config = dict(momentum=0.9) if name == "SGD" else {}
    optimizer = getattr(optlib.torch, name)(params, **config)
    calls = []
    rule = optlib.torch.fused.find(optimizer.update)
    kernel = getattr(torch, rule.name)
    monkeypatch.setattr(
        torch, rule.name, lambda *a, **k: calls.append(len(a[0])) or kernel(*a, **k)
    )
    for given in (4, 4, 2):
        for w in params[:given]:
            w.grad = torch.ones(3)
        for w in params[given:]:
            w.grad = None
        optimizer.step()
    assert calls == [4, 2], "the rule takes the first step"
    assert [int(optimizer.state[w]["step"]) for w in params] == [3, 3, 2, 2]


@pytest.mark.parametrize("change", ["strides", "gradient's strides", "half", "own rule"])
def test_what_does_not_fit_a_kernel_is_left_to_the_rule(change):
    results = []
    for cls in (optlib.torch.Adam, torch.optim.Adam):
        w = torch.arange(12.0).reshape(3, 4)
        w = {"strides": w.T, "half": w.half()}.get(change, w).detach().requires_grad_()
        optimizer = cls([w], lr=0.1)
        if change == "own rule" and cls is optlib.torch.Adam:
            optimizer.update = lambda *a, **k: optlib.torch.Adam.update(*a, **k)
        for _ in range(3):
            g = torch.arange(1.0, 13.0).to(w.dtype).reshape(w.shape)
            w.grad = g.T.contiguous().T if "strides" in change else g
            optimizer.step()
        results.append(w.detach())
    torch.testing.assert_close(*results)


def test_a_flag_switched_on_late():
    for package, one in ((optlib.numpy, np.ones), (optlib.torch, torch.ones)):
        w = one(3)
        optimizer = package.SGD([w], lr=1.0)

        def step(w=w, one=one, optimizer=optimizer):
            if optimizer.__class__.__module__.startswith("optlib.numpy"):
                optimizer.step([one(3)])
            else:
                w.grad = one(3)
                optimizer.step()

        step()
        optimizer.param_groups[0]["momentum"] = 0.5
        step()
        step()
        np.testing.assert_allclose(np.asarray(w), 1 - 1 - 1 - 1.5)


def test_gradients_that_are_parameters(engine):
    """The gradient of f(x, y) = x · y is (y, x): neither may change before both are used."""
    x, y = np.arange(5000.0), np.ones(5000)
    optimizer = optlib.numpy.SGD([x, y], lr=0.5)
    optimizer.step([y[:], x])
    np.testing.assert_array_equal(x, np.arange(5000.0) - 0.5)
    np.testing.assert_array_equal(y, 1 - 0.5 * np.arange(5000.0))


@pytest.mark.parametrize("kind", ["itself", "a view of it", "what it is a view of"])
def test_gradients_that_are_another_parameter(kind, engine):
    """The first parameter waits for the second to read it."""
    whole, y = np.arange(5000.0), np.zeros(5000)
    x = whole[:] if kind == "what it is a view of" else whole
    g = whole[:] if kind == "a view of it" else whole
    optlib.numpy.SGD([x, y], lr=0.5).step([np.ones(5000), g])
    np.testing.assert_array_equal(x, np.arange(5000.0) - 0.5)
    np.testing.assert_array_equal(y, -0.5 * np.arange(5000.0))


DIFFERENT = {
    # algorithm, hyper-parameters, what they become after the first step, and for each of three
    # steps the parameters that have gradients
    "numbers of steps": ("Adam", {}, {}, ["ab", "a", "ab"]),
    "groups": ("Adam", {}, {}, ["ac", "ac", "ac"]),
    "flags of groups": ("Adam", {}, {}, ["ad", "ad", "ad"]),
    "dtypes": ("RMSprop", {}, {}, ["ae", "ae", "ae"]),
    "states, of which one is not there": ("RMSprop", {"centered": True}, {"centered": False},
                                          ["a", "ab", "ab"]),
    "scalars": ("NAdam", {}, {"momentum_decay": 0.5}, ["a", "b", "ab"]),
    "later scalars": ("AdamWScheduleFree", {}, {"lr": 0.3}, ["a", "b", "ab"]),
}  # fmt: skip


@pytest.mark.parametrize("what", DIFFERENT)
def test_what_is_made_for_one_parameter_is_not_used_for_a_different_one(what, engine, parts):
    name, config, change, present = DIFFERENT[what]

    def run(plain):
        rng = np.random.default_rng(0)
        params = {letter: rng.normal(size=5000) for letter in "abcde"}
        params["e"] = params["e"].astype(np.float32)
        groups = [{"params": [params[letter] for letter in "abe"]}]
        groups += [{"params": [params["c"]], "lr": 0.7}]
        groups += [{"params": [params["d"]]} | ({"amsgrad": True} if name == "Adam" else {})]
        optimizer = getattr(optlib.numpy, name)(groups, lr=0.1, **config)
        if plain:
            optimizer._is_surely_elementwise = lambda: False
        for letters in present:
            grads = {k: rng.normal(size=5000).astype(w.dtype) for k, w in params.items()}
            optimizer.step([grads[k] if k in letters else None for k in "abecd"])
            optimizer.param_groups[0].update(change)
        return list(params.values())

    expected = run(plain=True)
    assert sum(parts) == 0
    for actual, right in zip(run(plain=False), expected, strict=True):
        np.testing.assert_allclose(actual, right, rtol=1e-5 if right.dtype == np.float32 else 1e-11)
    assert sum(parts) > 2


def test_scalars_of_the_state_are_kept_after_an_error(engine):
    params = [np.ones(5000), np.ones(5000)]
    optimizer = optlib.numpy.NAdam([{"params": [w]} for w in params])
    optimizer.step([np.ones(5000), np.ones(5000)])
    before = [w.copy() for w in params], optimizer.state_dict()
    lr, optimizer.param_groups[1]["lr"] = optimizer.param_groups[1]["lr"], "large"
    with pytest.raises((TypeError, np.exceptions.DTypePromotionError)):
        optimizer.step([np.ones(5000), np.ones(5000)])
    optimizer.param_groups[1]["lr"] = lr
    np.testing.assert_equal((params, optimizer.state_dict()), before)


def test_gradients_that_are_state(engine):
    """A step changes the state in place, but not before all have read it."""

    def run(engine_is_used):
        params = [np.ones(5000), np.ones(5000)]
        optimizer = optlib.numpy.SGD(params, lr=0.5, momentum=0.9)
        optimizer.step([np.arange(5000.0), np.ones(5000)])
        if not engine_is_used:
            optimizer._is_surely_elementwise = lambda: False
        buffer = optimizer.state[0]["momentum_buffer"]
        optimizer.step([buffer, buffer[:]])
        return *params, buffer

    for actual, expected in zip(run(True), run(False), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-12)


class Total(optlib.numpy.Optimizer):
    """A student's rule that is not elementwise, and does not claim to be."""

    defaults = dict(lr=0.1)

    @staticmethod
    def update(w, g, *, lr):
        return (w - lr * g.sum(),)


class Picky(optlib.numpy.Optimizer):
    """A student's rule that claims to be elementwise, and may fail halfway."""

    defaults = dict(lr=0.1)
    elementwise = True

    @staticmethod
    def init(w):
        return {"m": np.zeros_like(w)}

    @staticmethod
    def update(w, g, m, *, lr):
        if np.any(g > 1):
            raise RuntimeError("too large")
        return w - lr * g, m + g


class TotalInTorch(optlib.torch.Optimizer):
    defaults = dict(lr=0.1)

    @staticmethod
    def update(w, g, *, lr):
        w.sub_(lr * g.sum())


class Fickle(optlib.numpy.Optimizer):
    """A student's rule whose state is not always there."""

    defaults = dict(lr=0.1, momentum=0.0)
    elementwise = True

    @staticmethod
    def init(w, *, momentum):
        return {"v": np.zeros_like(w) if momentum else None}

    @staticmethod
    def update(w, g, v, *, lr, momentum):
        v = momentum * v + g if momentum else g
        return w - lr * v, v


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_state_that_is_not_there(momentum, engine, parts):
    w = np.zeros(5000)
    optimizer = Fickle([w], momentum=momentum)
    optimizer.step([np.ones(5000)])
    optimizer.step([np.ones(5000)])
    assert sum(parts) > 1
    np.testing.assert_allclose(w, -0.25 if momentum else -0.2)


def test_rules_that_are_not_elementwise_are_not_cut_in_torch_either(engine):
    w = torch.zeros(5000, requires_grad=True)
    w.grad = torch.ones(5000)
    TotalInTorch([w]).step()
    assert torch.all(w == -500)


def test_numbers_that_are_tensors():
    pair, number = map(optlib.torch.blocks.plain, ((torch.tensor(0.5), 0.25), torch.tensor(2.0)))
    assert (pair, number) == ((0.5, 0.25), 2.0)
    assert isinstance(pair[0], float) and isinstance(number, float)
    message = r"^RMSprop: lr must be one number, got tensor\(\[1., 2.\]\)$"
    with pytest.raises(ValueError, match=message):
        optlib.torch.RMSprop([torch.zeros(2, requires_grad=True)], lr=torch.tensor([1.0, 2.0]))


def test_rules_of_students(engine, parts):
    w = np.zeros(5000)
    Total([w]).step([np.ones(5000)])
    np.testing.assert_allclose(w, -500)
    assert sum(parts) == 0
    optimizer = Picky([w])
    optimizer.step([np.ones(5000)])
    assert sum(parts) > 1 or engine == "blocks"
    np.testing.assert_allclose(w, -500.1)
    before = w.copy(), optimizer.state_dict()
    with pytest.raises(RuntimeError, match="too large"):
        optimizer.step([np.where(np.arange(5000) < 4900, 1.0, 2.0)])
    np.testing.assert_equal((w, optimizer.state_dict()), before)


@pytest.mark.parametrize("size", [5, 5000, 50_000])  # the last by several threads
@pytest.mark.filterwarnings("error")
def test_nan_and_infinity_pass_silently_whatever_the_size(size, engine):
    w = np.ones(size)
    optimizer = optlib.numpy.RMSprop([w], lr=0.1)
    g = np.full(size, np.nan)
    g[:3] = np.inf, 1e300, 0
    optimizer.step([g])
    assert np.isnan(w[0]) and w[1] == 1 and w[2] == 1 and np.isnan(w[3:]).all()
    before = w.copy(), optimizer.state_dict()
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        optimizer.step([np.full(size, 1e300)])
    np.testing.assert_equal((w, optimizer.state_dict()), before)


def test_autograd_sees_that_numba_has_changed_a_parameter(engine):
    w = torch.ones(5000, requires_grad=True)
    loss = w.square().sum()
    w.grad = torch.ones(5000)
    optlib.torch.RMSprop([w]).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_autograd_sees_that_the_state_has_changed(engine):
    w = torch.ones(5000, requires_grad=True)
    optimizer = optlib.torch.RMSprop([w], momentum=0.9, centered=True)
    w.grad = torch.ones(5000)
    optimizer.step()
    state = [a for name, a in optimizer.state[w].items() if name != "step"]
    before = [a._version for a in (w, *state)]
    optimizer.step()
    assert len(state) == 3
    assert all(a._version > old for a, old in zip((w, *state), before, strict=True))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_left_to_torch(dtype, engine):
    params = [torch.ones(5000, dtype=dtype, requires_grad=True) for _ in range(2)]
    optimizers = [optlib.torch.RMSprop([w], lr=0.125) for w in params]
    optimizers[0].update = lambda *args, **kwargs: optlib.torch.RMSprop.update(*args, **kwargs)
    for w, optimizer in zip(params, optimizers, strict=True):
        w.grad = torch.full((5000,), 0.5, dtype=dtype)
        optimizer.step()
    assert torch.equal(*params)


def test_a_rule_of_a_student_that_is_elementwise_in_torch(engine):
    class Plain(optlib.torch.Optimizer):
        defaults = dict(lr=0.1)
        elementwise = True

        @staticmethod
        def update(w, g, *, lr):
            w.sub_(g, alpha=lr)

    w = torch.zeros(5000, requires_grad=True)
    w.grad = torch.ones(5000)
    Plain([w], lr=0.5).step()
    assert torch.all(w == -0.5)


def test_copies_are_independent(engine):
    w = torch.ones(5000, requires_grad=True)
    optimizer = optlib.torch.NAdam([w])
    w.grad = torch.ones(5000)
    optimizer.step()
    twin = copy.deepcopy(optimizer)
    optimizer.step()
    other = twin.param_groups[0]["params"][0]
    assert float(twin.state[other]["mu_product"]) != float(optimizer.state[w]["mu_product"])


def test_importing_starts_nothing():
    code = (
        "import sys, threading, optlib.numpy; assert not {'torch', 'numba'} & set(sys.modules);"
        "assert threading.active_count() == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_thread_outlives_a_step(engine):
    before = threading.active_count()
    numpy_run(optlib.numpy.Adam, {}, np.float64)
    assert threading.active_count() == before


def test_without_numba_a_clear_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ImportError, match=r"pip install 'optlib\[fast\]'"):
        optlib.numpy.use_numba()
    assert compiled.numba is None


def test_what_numba_cannot_compile_is_run_by_numpy(engine, parts):
    class Strange(optlib.numpy.Optimizer):
        defaults = dict(lr=0.1)
        elementwise = True

        @staticmethod
        def update(w, g, *, lr):
            return (w - lr * np.asarray(np.vectorize(abs)(g)),)

    w = np.zeros(5000)
    Strange([w]).step([-np.ones(5000)])
    np.testing.assert_allclose(w, -0.1)
    assert sum(parts) == 0


def test_a_flag_switched_on_as_another_goes_off():
    """What there is goes on, what is new starts, what is not needed waits."""
    w, alpha = 1.0, 0.9
    v = (1 - alpha) * 2.0**2
    b = 2 / np.sqrt(v)
    w -= 0.1 * b
    v = alpha * v + (1 - alpha) * 3.0**2
    m = (1 - alpha) * 3.0
    w -= 0.1 * 3 / np.sqrt(v - m**2)

    ours = np.ones(1), torch.ones(1, dtype=torch.float64, requires_grad=True)
    for param, package in zip(ours, (optlib.numpy, optlib.torch), strict=True):
        optimizer = package.RMSprop([param], lr=0.1, alpha=alpha, eps=0.0, momentum=0.5)
        for g in (2.0, 3.0):
            if package is optlib.torch:
                param.grad = torch.full((1,), g, dtype=torch.float64)
                optimizer.step()
            else:
                optimizer.step([np.full(1, g)])
            optimizer.param_groups[0].update(momentum=0.0, centered=True)
        (state,) = optimizer.state.values()
        names = "step", "square_avg", "momentum_buffer", "grad_avg"
        values = param.detach() if package is optlib.torch else param, *(state[k] for k in names)
        actual = [float(np.ravel(value)[0]) for value in values]
        np.testing.assert_allclose(actual, [w, 2, v, b, m], rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "on", "off"),
    [
        ("SGD", dict(momentum=0.9), dict(momentum=0.0)),
        ("RMSprop", dict(centered=True), dict(centered=False)),
        ("RMSprop", dict(momentum=0.9), dict(momentum=0.0)),
        ("Adam", dict(amsgrad=True), dict(amsgrad=False)),
        ("AdamW", dict(amsgrad=True), dict(amsgrad=False)),
    ],
)
def test_a_flag_switched_off_and_on_again(name, on, off, engine):
    """As in torch, what the flag brought into the state waits there."""
    rng = np.random.default_rng(0)
    grads = [rng.normal(size=5000) * scale for scale in (3.0, 1.0, 0.5, 1.0, 0.3)]
    w = np.ones(5000)
    params = [torch.ones(5000, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    optimizers = [
        getattr(optlib.numpy, name)([w], lr=0.01, **on),
        getattr(optlib.torch, name)([params[0]], lr=0.01, **on),
        getattr(torch.optim, name)([params[1]], lr=0.01, **on),
    ]
    for i, g in enumerate(grads):
        for optimizer in optimizers:
            optimizer.param_groups[0].update(off if i in (1, 2) else on)
        for param in params:
            param.grad = torch.tensor(g)
        optimizers[0].step([g])
        for optimizer in optimizers[1:]:
            optimizer.step()
        for ours in (w, params[0].detach().numpy()):
            np.testing.assert_allclose(ours, params[1].detach().numpy(), rtol=1e-12)


def same_memory(flat, arrays):
    """Whether the first are views of the second, element by element in the order of memory."""
    return all(
        v.ndim == 1 and v.ctypes.data == a.ctypes.data and v.strides == (a.itemsize,)
        for v, a in zip(flat, arrays, strict=True)
    )


def test_arrays_of_one_layout_are_flat():
    scalar = np.array(1.0)
    for order in "CF":
        alike = [np.zeros((3, 4, 5), order=order) for _ in range(3)]
        w, g, none, p, m = blocks.flat([*alike[:2], None, scalar, alike[2]])
        assert same_memory([w, g, m], alike) and none is None and p is scalar
    mapped = np.zeros((3, 4)).view(np.memmap)
    assert same_memory(blocks.flat([mapped, np.zeros((3, 4))])[:1], [mapped])
    line = np.zeros(4)
    assert blocks.flat([line, line])[0] is line


def test_arrays_of_several_layouts_are_not_flat():
    w = np.zeros((4, 4))
    others = [
        np.zeros((4, 4), order="F"),
        np.zeros((4, 8))[:, ::2],
        np.zeros((2, 8)),
        np.zeros((4, 4), np.float32),
        np.zeros((4, 4)).view(np.matrix),
    ]
    for other in others:
        assert blocks.flat([w, other]) is None and blocks.flat([w, None, w, other]) is None
        assert blocks.flat([other, w]) is None
    assert blocks.flat([others[1], others[1]]) is None
    assert blocks.flat([others[4], others[4]]) is None


def test_tensors_of_several_layouts_are_not_taken(engine):
    w, g, wide = torch.zeros(60, 100), torch.ones(60, 100), torch.zeros(60, 200)
    group = dict(lr=0.1, alpha=0.9, eps=1e-8, momentum=0.0, centered=False, weight_decay=0.0)
    group["maximize"] = False

    def taken(w, g, v):
        parts = optlib.torch.blocks.Parts()
        rule = optlib.torch.RMSprop.update
        return parts.take(rule, rule, (w, g, v, None, None), group, 1)

    assert taken(w, g, torch.zeros(60, 100))
    others = [
        torch.zeros(100, 60).T,
        wide[:, ::2],
        torch.zeros(100, 60),
        torch.zeros(60, 100, dtype=torch.float64),
        torch.zeros(60, 100, device="meta"),
    ]
    for other in others:
        assert not taken(w, g, other)
        assert not taken(w, other, g)
    assert not taken(wide[:, ::2], g, w)
    assert not taken(others[4], others[4], others[4])


@pytest.mark.parametrize(
    ("jobs", "size", "pools"),
    [(5, 1000, [2]), (2, 1000, [2]), (5, 999, []), (1, 1000, []), (0, 1000, [])],
)
def test_threads_are_started_when_that_pays(jobs, size, pools, monkeypatch):
    monkeypatch.setattr(blocks, "SHARED", 1000)
    monkeypatch.setattr(blocks, "_cores", lambda: 3)
    started, pool, done = [], blocks.ThreadPoolExecutor, []
    monkeypatch.setattr(blocks, "ThreadPoolExecutor", lambda n: started.append(n) or pool(n))
    blocks.run([functools.partial(done.append, i) for i in range(jobs)], size)
    assert started == pools and sorted(done) == list(range(jobs))


def test_all_threads_work_at_once(monkeypatch):
    monkeypatch.setattr(blocks, "_cores", lambda: 3)
    together = threading.Barrier(3, timeout=60)
    blocks.run([together.wait] * 6, blocks.SHARED)


def test_as_many_threads_as_cores_up_to_eight(monkeypatch):
    monkeypatch.setattr(blocks.os, "sched_getaffinity", lambda _: set(range(12)), raising=False)
    assert blocks._cores() == 8
    monkeypatch.setattr(blocks.os, "sched_getaffinity", lambda _: {3, 5}, raising=False)
    assert blocks._cores() == 2
    monkeypatch.delattr(blocks.os, "sched_getaffinity")
    monkeypatch.setattr(blocks.os, "cpu_count", lambda: 3)
    assert blocks._cores() == 3
    monkeypatch.setattr(blocks.os, "cpu_count", lambda: None)
    assert blocks._cores() == 1
    monkeypatch.setattr(blocks.sys, "platform", "emscripten")
    monkeypatch.setattr(blocks.os, "cpu_count", lambda: 3)
    assert blocks._cores() == 1


def test_a_group_of_several_dtypes_is_stepped():
    def run(cls):
        w, v = torch.ones(3, requires_grad=True), torch.ones(3, dtype=torch.double).requires_grad_()
        optimizer = cls([w, v], lr=0.1)
        for _ in range(3):
            (w.sum() ** 2 + (v**2).sum()).backward()
            optimizer.step()
            optimizer.zero_grad()
        return w, v

    for ours, theirs in zip(run(optlib.torch.Adam), run(torch.optim.Adam), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_autograd_knows_that_each_parameter_has_changed(engine):
    params = [torch.ones(5000, requires_grad=True) for _ in range(3)]
    losses = [(w**2).sum() for w in params]  # their gradients need the old values
    for w in params:
        w.grad = torch.ones_like(w)
    optlib.torch.RMSprop(params).step()
    for loss in losses:
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            loss.backward()
