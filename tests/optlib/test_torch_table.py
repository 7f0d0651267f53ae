"""torch's own table of optimizer cases, configurations and errors, run against ours."""

import pytest
import torch
from torch.testing._internal.common_optimizers import OptimizerErrorEnum, optim_db

import optlib.torch

DATABASE = [info for info in optim_db if hasattr(optlib.torch, info.optim_cls.__name__)]

# What torch refuses and ours takes or refuses with another error, and why that is right.
DIFFERENT_ERRORS = {
    # ours have no switches between implementations: they take the fastest that fits
    "lr as Tensor doesn't work with foreach & not capturable": "foreach",
    r"betas\[0\] as a Tensor is not supported for capturable=False and foreach=True": "foreach",
    # a mixture does no harm: ours reads the numbers out
    "betas must be either both floats or both Tensors": None,
    # refused when the optimizer is made rather than at its first step
    "does not support complex parameters": "must be of real floats",
}


def configurations():
    for info in DATABASE:
        for config in info.optim_inputs_func(device="cpu"):
            yield pytest.param(info.optim_cls, config.kwargs, id=f"{info.name}-{config.desc}")


@pytest.mark.parametrize(("reference", "kwargs"), list(configurations()))
def test_configuration(reference, kwargs):
    cls = getattr(optlib.torch, reference.__name__)
    results = []
    for optimizer_class in (cls, reference):
        generator = torch.Generator().manual_seed(0)
        w = torch.ones(3, 4, requires_grad=True)
        optimizer = optimizer_class([w], **kwargs)
        for _ in range(5):
            w.grad = torch.randn(3, 4, generator=generator)
            optimizer.step()
        results.append(w.detach())
    close = dict(rtol=0.02, atol=1e-3) if reference.__name__ == "Muon" else {}  # bfloat16 in torch
    torch.testing.assert_close(*results, **close)


def errors():
    for info in DATABASE:
        for error in info.optim_error_inputs_func(device="cpu", dtype=torch.float32):
            desc = error.optimizer_error_input.desc
            yield pytest.param(info.optim_cls, error, id=f"{info.name}-{desc}")


@pytest.mark.parametrize(("reference", "error"), list(errors()))
def test_error(reference, error):
    cls = getattr(optlib.torch, reference.__name__)
    given = error.optimizer_error_input

    def make_and_step():
        params = [torch.ones(2)] if given.params is None else given.params
        optimizer = cls(params, **given.kwargs)
        if error.error_on is OptimizerErrorEnum.STEP_ERROR:
            optimizer.step()

    if given.desc in DIFFERENT_ERRORS:
        message = DIFFERENT_ERRORS[given.desc]
        if message is None:
            make_and_step()
        else:
            with pytest.raises(TypeError, match=message):
                make_and_step()
    elif issubclass(error.error_type, Warning):
        with pytest.warns(error.error_type, match=error.error_regex):
            make_and_step()
    else:
        with pytest.raises(error.error_type):
            make_and_step()


@pytest.mark.parametrize("info", DATABASE, ids=lambda info: info.name)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision(info, dtype):
    results = []
    for cls in (getattr(optlib.torch, info.optim_cls.__name__), info.optim_cls):
        generator = torch.Generator().manual_seed(0)
        w = torch.ones(3, 4, dtype=dtype, requires_grad=True)
        optimizer = cls([w], lr=0.125)
        for _ in range(3):
            w.grad = torch.randn(3, 4, generator=generator).to(dtype)
            optimizer.step()
        assert all(v.dtype == dtype for v in optimizer.state[w].values() if v.dim())
        results.append(w.detach())
    torch.testing.assert_close(*results, rtol=0.05, atol=0.05)
