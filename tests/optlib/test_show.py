from unittest.mock import patch

import optlib.numpy
import optlib.torch
from optlib import show


def test_the_code_that_is_shown_is_the_code():
    code = show.source(optlib.numpy.SGD.update)
    assert code.startswith("def update(w, g, v, *, t, lr")
    assert "@staticmethod" not in code
    namespace = {"np": __import__("numpy")}
    exec(code, namespace)
    assert namespace["update"](
        1.0, 2.0, None, t=1, lr=0.1, momentum=0, dampening=0, nesterov=0
    ) == (
        0.8,
        None,
    )


def test_side_by_side_has_a_form_for_every_medium():
    with patch.object(show, "display") as display:
        show.side_by_side(optlib.numpy.SGD.update, optlib.torch.SGD.update)
    (bundle,), kwargs = display.call_args
    assert kwargs == {"raw": True}
    assert bundle.keys() == {"text/html", "text/markdown", "text/plain"}
    for medium in bundle.values():
        assert medium.index("NumPy") < medium.index("PyTorch")
    assert bundle["text/html"].count('<div class="optlib-side">') == 2
    assert bundle["text/markdown"].count("```python\ndef update(") == 2
    assert "w.sub_(g, alpha=lr)" in bundle["text/plain"]
