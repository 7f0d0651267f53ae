import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optlib.averages import (
    ewa,
    frequency_response,
    half_life,
    moving_average,
    variance_length,
    weights,
    window,
)

betas = st.floats(0, 0.999)
series = st.lists(st.floats(-100, 100), min_size=1, max_size=30)


def test_by_hand():
    np.testing.assert_allclose(ewa([1.0, 2.0, 4.0], 0.5), [0.5, 1.25, 2.625])
    corrected = ewa([1.0, 2.0, 4.0], 0.5, bias_correction=True)
    np.testing.assert_allclose(corrected, [0.5 / 0.5, 1.25 / 0.75, 2.625 / 0.875])


@given(series, betas, st.booleans())
def test_the_average_is_the_sum_of_weighted_values(x, beta, bias_correction):
    expected = [
        np.dot(weights(beta, n, bias_correction=bias_correction), x[:n][::-1])
        for n in range(1, len(x) + 1)
    ]
    actual = ewa(x, beta, bias_correction=bias_correction)
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-9)


@given(betas, st.integers(1, 300))
def test_weights_add_up(beta, n):
    np.testing.assert_allclose(weights(beta, n).sum(), 1 - beta**n, atol=1e-12)
    np.testing.assert_allclose(weights(beta, n, bias_correction=True).sum(), 1)


def test_series_of_arrays_and_several_betas():
    x = np.random.default_rng(0).normal(size=(50, 3))
    beta = np.array([0.0, 0.5, 0.9])
    expected = np.stack([ewa(x[:, i], b) for i, b in enumerate(beta)], axis=1)
    np.testing.assert_array_equal(ewa(x, beta), expected)
    assert ewa(x[:, :1], beta).shape == (50, 3)
    np.testing.assert_array_equal(ewa(x, 0.0), x)


def test_moving_average():
    x = np.arange(1.0, 7.0)
    np.testing.assert_allclose(moving_average(x, 3), [1, 1.5, 2, 3, 4, 5])
    np.testing.assert_allclose(moving_average(np.stack([x, 2 * x]).T, 6)[-1], [3.5, 7])
    np.testing.assert_array_equal(moving_average(x, 1), x)
    assert moving_average(x.astype(np.float16), 2).dtype == float


def test_three_lengths_are_told_apart():
    beta = 0.9
    assert window(beta) == pytest.approx(10)
    assert beta ** half_life(beta) == pytest.approx(0.5)
    w = weights(beta, 1000)
    assert (w @ w) == pytest.approx(1 / variance_length(beta))  # variance of the mean of n: 1/n
    assert variance_length(beta) == pytest.approx(19)
    assert w @ np.arange(1000) == pytest.approx(window(beta) - 1)  # the mean age, β/(1-β)


def test_frequency_response_is_what_happens_to_a_wave():
    beta, omega = 0.8, 0.3
    t = np.arange(2000)
    y = ewa(np.cos(omega * t), beta)
    expected = (frequency_response(beta, omega) * np.exp(1j * omega * t)).real
    np.testing.assert_allclose(y[200:], expected[200:], atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ewa([1.0], 1.0), r"^ewa: beta must be in \[0, 1\), got 1.0"),
        (lambda: ewa([1.0], -0.1), r"beta must be in \[0, 1\), got -0.1"),
        (lambda: ewa([1.0], np.nan), "got nan"),
        (lambda: ewa(1.0, 0.5), "^ewa: x must be a series, got a scalar$"),
        (lambda: weights(1.0, 3), "^weights: beta must be in"),
        (lambda: weights(0.5, 0), "n must be at least 1, got 0"),
        (lambda: moving_average([1.0, 2.0], 3), r"n must be in \[1, 2\], got 3"),
        (lambda: moving_average([1.0, 2.0], 0), r"n must be in \[1, 2\], got 0"),
        (lambda: half_life(0.0), r"^half_life: beta must be in \(0, 1\), got 0.0"),
        (lambda: window(1.0), "^window: beta must be in"),
        (lambda: variance_length(1.5), "^variance_length: beta must be in"),
        (lambda: frequency_response(2.0, 0.1), "^frequency_response: beta must be in"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
