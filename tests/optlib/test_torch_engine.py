"""The engine of optlib.torch: what torch.optim's optimizers do for a user, ours do as well."""

import copy
import io
import pickle
import warnings

import pytest
import torch
from cases import CONFIGS, IDS

import optlib.torch
from optlib.torch import SGD, Optimizer

FIRST = {case.name: (case, config) for case, config in reversed(CONFIGS)}.values()
WAYS = {
    "ours to ours": ("ours", "ours"),
    "torch to ours": ("torch", "ours"),
    "ours to torch": ("ours", "torch"),
}


def network(bias=True):
    torch.manual_seed(0)
    first, second = torch.nn.Linear(3, 4, bias=bias), torch.nn.Linear(4, 1, bias=bias)
    return torch.nn.Sequential(first, torch.nn.Tanh(), second).double()


def train(model, optimizer, steps, schedule=None):
    data = torch.randn(8, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for _ in range(steps):
        optimizer.zero_grad()
        model(data).square().mean().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()
        if schedule:
            schedule.step()
    return [p.detach().clone() for p in model.parameters()]


def ours(case):
    return getattr(optlib.torch, case.name)


def network_for(case):
    return network(bias=ours(case).dimensions is None)


@pytest.mark.parametrize(("case", "config"), CONFIGS, ids=IDS)
def test_training_with_a_schedule_equals_the_reference(case, config):
    results = []
    for cls in (ours(case), case.reference):
        model = network_for(case)
        optimizer = cls(model.parameters(), **config)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
        results.append(train(model, optimizer, 10, schedule))
    torch.testing.assert_close(results[0], results[1])


@pytest.mark.parametrize(("case", "config"), CONFIGS, ids=IDS)
@pytest.mark.parametrize("way", [*WAYS, "pickle", "deepcopy"])
def test_state_dict_goes_on_identically(case, config, way):
    if "torch" in way and not case.namesake:
        pytest.skip("its reference is not torch's")
    model, other = network_for(case), network_for(case)
    classes = {"ours": ours(case), "torch": case.reference}
    first, second = WAYS.get(way, ("ours", "ours"))
    optimizer = classes[first](model.parameters(), **config)
    train(model, optimizer, 4)
    if way == "pickle":
        other, resumed = pickle.loads(pickle.dumps((model, optimizer)))
    elif way == "deepcopy":
        other, resumed = copy.deepcopy((model, optimizer))
    else:
        file = io.BytesIO()
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, file)
        file.seek(0)
        saved = torch.load(file, weights_only=True)
        other.load_state_dict(saved["model"])
        resumed = classes[second](other.parameters(), lr=0.5)
        resumed.load_state_dict(saved["optimizer"])
    torch.testing.assert_close(train(other, resumed, 4), train(model, optimizer, 4))


@pytest.mark.parametrize(("case", "config"), FIRST, ids=lambda value: getattr(value, "name", ""))
def test_a_parameter_shared_by_two_modules_is_one(case, config):
    results = []
    for cls in (ours(case), case.reference):
        model = network_for(case)
        twin = torch.nn.Linear(3, 4, bias=model[0].bias is not None).double()
        twin.weight = model[0].weight
        model = torch.nn.ModuleList([model, twin])
        optimizer = cls(model.parameters(), **config)
        x = torch.randn(8, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        for _ in range(5):
            optimizer.zero_grad()
            (model[0](x).square().mean() + model[1](x).mean()).backward()
            optimizer.step()
        results.append(list(model.state_dict().values()))
    torch.testing.assert_close(*results)
    with pytest.raises(ValueError, match="more than one parameter group"):
        ours(case)([{"params": [twin.weight]}, {"params": [model[0][0].weight]}])


def test_closure_hooks_and_groups():
    w, b = torch.ones(2, requires_grad=True), torch.ones(1, requires_grad=True)
    optimizer = SGD([{"params": [("w", w)], "lr": 0.5}], lr=0.1)
    optimizer.add_param_group({"params": [("b", b)]})
    assert [group["param_names"] for group in optimizer.param_groups] == [["w"], ["b"]]
    seen = []
    optimizer.register_step_pre_hook(lambda *_: seen.append("before"))
    optimizer.register_step_post_hook(lambda *_: seen.append("after"))

    def closure():
        optimizer.zero_grad()
        loss = (w.sum() + b.sum()) * 2
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 6
    assert seen == ["before", "after"]
    torch.testing.assert_close((w.detach(), b.detach()), (torch.zeros(2), torch.full((1,), 0.8)))
    optimizer.zero_grad()
    assert w.grad is None, "set_to_none is the default"


@pytest.mark.parametrize(("case", "config"), FIRST, ids=lambda value: getattr(value, "name", ""))
def test_grad_scaler_skips_a_step_with_infinite_gradients(case, config):
    w, plain = (torch.ones(2, 2, requires_grad=True) for _ in range(2))
    optimizer = ours(case)([w], **config)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    for factor in (float("inf"), 1.0):
        optimizer.zero_grad()
        scaler.scale((w * factor).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
    unscaled = ours(case)([plain], **config)
    plain.sum().backward()
    unscaled.step()
    torch.testing.assert_close(w, plain)
    assert optimizer.state[w]["step"] == 1


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        (dict(lr=-1.0), ValueError, r"SGD: lr must be in \[0, inf\), got -1.0"),
        (dict(lr=float("nan")), ValueError, "SGD: lr must be in"),
        (dict(momentum=-0.1), ValueError, r"SGD: momentum must be in \[0, inf\), got -0.1"),
        (dict(weight_decay=-0.1), ValueError, "SGD: weight_decay must be in"),
        (dict(nesterov=True), ValueError, "SGD: nesterov needs momentum > 0"),
        (dict(alpha=0.9), TypeError, "unexpected keyword argument 'alpha'"),
    ],
)
def test_wrong_hyperparameters(kwargs, error, message):
    w = torch.ones(2, requires_grad=True)
    with pytest.raises(error, match=message):
        SGD([w], **kwargs)
    if "alpha" not in kwargs:
        with pytest.raises(error, match=message):
            SGD([{"params": [w], **kwargs}])


def test_wrong_parameters():
    with pytest.raises(
        TypeError, match=r"SGD: a parameter must be of real floats, got torch.int64"
    ):
        SGD([torch.ones(2, dtype=torch.int64)])
    with pytest.raises(ValueError, match="empty parameter list"):
        SGD([])
    with pytest.raises(TypeError, match="iterable of Tensors"):
        SGD(torch.ones(2, requires_grad=True))
    w = torch.ones(2, requires_grad=True)
    optimizer = SGD([w])
    with pytest.raises(TypeError, match="real floats"):
        optimizer.add_param_group({"params": [torch.ones(2, dtype=torch.int64)]})
    assert len(optimizer.param_groups) == 1
    with pytest.raises(ValueError, match="more than one parameter group"):
        optimizer.add_param_group({"params": [w]})


def test_sparse_gradients_are_refused_before_anything_changes():
    w, table = torch.ones(2, requires_grad=True), torch.ones(3, 2, requires_grad=True)
    w.grad = torch.ones(2)
    table.grad = torch.ones(3, 2).to_sparse()
    with pytest.raises(TypeError, match=r"SGD: sparse gradients .* use torch.optim.SGD"):
        SGD([w, table], lr=1.0).step()
    torch.testing.assert_close(w.detach(), torch.ones(2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_dtypes(dtype):
    results = []
    for cls in (SGD, torch.optim.SGD):
        w = torch.arange(1.0, 4.0).to(dtype).requires_grad_()
        optimizer = cls([w], lr=0.1, momentum=0.9, weight_decay=0.1)
        for _ in range(5):
            w.grad = w.detach() * 0.5
            optimizer.step()
        results.append(w.detach())
    torch.testing.assert_close(results[0], results[1])


def test_a_rule_of_a_student():
    class SignDescent(Optimizer):
        defaults = dict(lr=0.1)

        @staticmethod
        def update(w, g, *, lr):
            w.sub_(g.sign(), alpha=lr)

    w = torch.tensor([1.0, -1.0], requires_grad=True)
    optimizer = SignDescent([w], lr=0.5)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            optimizer.zero_grad()
            w.square().sum().backward()
            optimizer.step()
            schedule.step()
    torch.testing.assert_close(w.detach(), torch.tensor([0.25, -0.25]))
