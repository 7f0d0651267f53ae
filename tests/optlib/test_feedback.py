"""Feedback says what is wrong in words, and never what is right."""

import numpy as np
import pytest

from optlib.feedback import compare, difference

RIGHT = np.array([[1.0, -2.0], [0.0, 4.0]])


@pytest.mark.parametrize(
    ("got", "message"),
    [
        (None, "w is None: does the function end in `return`?"),
        (-RIGHT, "w has the wrong sign"),
        (10 * RIGHT, "w is 10 times what it should be"),
        (RIGHT * 1.00001, "w is off by 1e-05 of its size"),
        (RIGHT + 1, "w is wrong, by up to 1"),
        (np.where(RIGHT == 4, 5, RIGHT), "w is wrong in 1 of 4 entries"),
        (RIGHT.ravel(), "w has shape (4,), should have (2, 2)"),
        (RIGHT.astype(np.float32), "w is float32: the inputs were float64"),
        (RIGHT + 0j, "w should be made of real numbers, got complex128"),
        ("four", "w should be made of real numbers"),
        ({"w": 1.0}, "w should be made of real numbers"),
        ([[1.0], [1.0, 2.0]], "w is a list whose parts have different lengths"),
        ((RIGHT, RIGHT), "w should be one number or array, not 2 of them"),
        (np.where(RIGHT == 4, np.nan, RIGHT), "w has entries that are not finite"),
    ],
)
def test_a_wrong_array(got, message):
    assert difference(got, RIGHT, "w").startswith(message)
    with pytest.raises(AssertionError):
        compare(got, RIGHT, "w")


def test_the_same_in_other_forms_is_right():
    for got in (RIGHT.copy(), RIGHT.tolist(), RIGHT * (1 + 1e-12), RIGHT.T.copy().T):
        assert difference(got, RIGHT) is None
    assert difference(1, 1.0) is None and difference(np.float64(2), 2) is None
    assert difference([1.0, 2.0], (1, 2)) is None
    assert difference(np.array([1.0, 2.0]), (1, 2)) is None
    assert difference(np.array([np.nan, np.inf]), np.array([np.nan, np.inf])) is None


@pytest.mark.filterwarnings("error")
def test_infinities_are_compared_with_their_signs():
    want = np.array([1.0, np.inf])
    assert "in other places" in difference(np.array([np.inf, 1.0]), want)
    assert difference(np.array([1.0, -np.inf]), want) is not None


def test_parts_have_names():
    want = RIGHT, RIGHT
    assert difference((RIGHT, -RIGHT), want, ("m", "v")) == "v has the wrong sign"
    both = difference((2 * RIGHT, -RIGHT), want, ("m", "v"))
    assert both == "m is 2 times what it should be; v has the wrong sign"
    assert difference((RIGHT, -RIGHT), want, "averages").startswith("part 2 of averages has")
    assert difference(RIGHT[0], want, ("m", "v")) == "2 things should be returned, m, v, not one"
    assert difference((RIGHT,) * 3, want, ("m", "v")).endswith("not 3")
    assert (
        difference(np.array([1.0, 3.0]), (1, 2), ("low", "high"))
        == "high is 1.5 times what it should be"
    )
    assert difference(np.ones(3), (1, 2), ("low", "high")).endswith("not 3")


def test_the_first_hint_that_fits_is_given():
    hints = [(1.0, "one"), (2.0, "two"), (2.0, "again")]
    with pytest.raises(AssertionError, match=r"^two$"):
        compare(2.0, 3.0, hints=hints)
    compare(3.0, 3.0, hints=[(3.0, "right, all the same")])


def test_tolerances():
    compare(1.0, 1.001, rtol=1e-2)
    compare(0.0, 1e-3, atol=1e-2)
    with pytest.raises(AssertionError):
        compare(1.0, 1.0 + 1e-8)
