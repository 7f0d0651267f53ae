import numpy as np
import pytest
import torch

from optlib import trials
from optlib.numpy import SGD, Adam


def batch(images=64):
    split = trials.digits()
    return split.x_train[:images], split.y_train[:images]


def test_digits_are_averages_of_four_pixels():
    split = trials.digits()
    image = trials.data.mnist().x_train[5].reshape(28, 28)
    np.testing.assert_allclose(split.x_train[5].reshape(14, 14)[3, 4], image[6:8, 8:10].mean())
    assert split.x_train.shape == (4000, 196) and split.x_test.shape == (1000, 196)


def test_loss_and_gradients_are_those_of_torch():
    params = trials.start(np.random.default_rng(0))
    x, y = batch()
    tensors = [torch.tensor(w, requires_grad=True) for w in params]
    W1, b1, W2, b2 = tensors
    logits = torch.relu(torch.tensor(x) @ W1 + b1) @ W2 + b2
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(y))
    loss.backward()
    np.testing.assert_allclose(trials.loss(params, x, y), loss.item(), rtol=1e-13)
    for ours, tensor in zip(trials.gradients(params, x, y), tensors, strict=True):
        np.testing.assert_allclose(ours, tensor.grad, rtol=1e-11, atol=1e-15)


def test_start_has_the_variance_of_he():
    W1, b1, W2, b2 = trials.start(np.random.default_rng(0))
    np.testing.assert_allclose(W1.std(), np.sqrt(2 / 196), rtol=0.03)
    np.testing.assert_allclose(W2.std(), np.sqrt(2 / 32), rtol=0.1)
    assert not b1.any() and not b2.any()


def test_a_sweep_is_its_runs_one_by_one():
    options = dict(steps=7, every=7)
    sweep = trials.trial(
        Adam, [0.001, 0.01], seeds=[3, 4], betas=(np.array([0.9, 0.5]), 0.99), **options
    )
    for i, seed in enumerate([3, 4]):
        for j, (lr, beta1) in enumerate([(0.001, 0.9), (0.01, 0.5)]):
            one = trials.trial(Adam, lr, seeds=[seed], betas=(beta1, 0.99), **options)
            np.testing.assert_allclose(sweep.loss[i, j], one.loss[0, 0], rtol=1e-10)
            assert sweep.accuracy[i, j] == one.accuracy[0, 0]


def test_a_trial_is_a_plain_training_loop():
    result = trials.trial(SGD, 0.1, seeds=[8], steps=3, batch_size=16, every=1, momentum=0.9)
    rng, split = np.random.default_rng(8), trials.digits()
    params = trials.start(rng)
    optimizer = SGD(params, lr=0.1, momentum=0.9)
    losses = [trials.loss(params, split.x_train, split.y_train)]
    for _ in range(3):
        rows = rng.choice(len(split.x_train), 16, replace=False)
        optimizer.step(trials.gradients(params, split.x_train[rows], split.y_train[rows]))
        losses.append(trials.loss(params, split.x_train, split.y_train))
    np.testing.assert_array_equal(result.steps, [0, 1, 2, 3])
    np.testing.assert_allclose(result.loss[0, 0], losses, rtol=1e-12)
    right = trials.logits(params, split.x_test).argmax(axis=-1) == split.y_test
    assert result.accuracy[0, 0] == right.mean()


def test_the_end_is_always_taken():
    result = trials.trial(SGD, 0.1, seeds=[0], steps=7, every=5)
    np.testing.assert_array_equal(result.steps, [0, 5, 7])
    assert result.loss.shape == (1, 1, 3)
    every = trials.trial(SGD, 0.1, seeds=[0], steps=7, every=1)
    np.testing.assert_array_equal(result.loss, every.loss[..., [0, 5, 7]])


def test_schedule_multiplies_the_learning_rates():
    halved = trials.trial(SGD, [0.1, 0.2], seeds=[0], steps=4, every=4, schedule=lambda t: 0.5)
    plain = trials.trial(SGD, [0.05, 0.1], seeds=[0], steps=4, every=4)
    np.testing.assert_allclose(halved.loss, plain.loss, rtol=1e-12)
    stopped = trials.trial(SGD, 0.1, seeds=[0], steps=4, every=1, schedule=lambda t: t < 2)
    assert stopped.loss[0, 0, 1] != stopped.loss[0, 0, 2] == stopped.loss[0, 0, 4]


def test_a_run_that_diverges_has_an_infinite_loss():
    result = trials.trial(SGD, 1e200, seeds=[0], steps=3, every=1)
    assert np.isinf(result.loss[0, 0, -1])


def test_tuned_takes_the_best_setting_and_judges_it_on_other_seeds():
    lr = np.array([1e-4, 0.3, 1e-3, 1e-5, 3.0])
    momentum = np.array([0.0, 0.8, 0.0, 0.0, 0.9])
    options = dict(steps=10, every=4, momentum=momentum)
    best, result = trials.tuned(SGD, lr, tuning=range(2), judging=range(5, 8), **options)
    assert best == 1
    expected = trials.trial(SGD, 0.3, seeds=range(5, 8), steps=10, every=4, momentum=0.8)
    np.testing.assert_allclose(result.loss, expected.loss, rtol=1e-12)


def test_tuned_refuses_a_winner_at_the_edge():
    with pytest.raises(ValueError, match=r"lr of SGD, 0.01, is at the edge .* 0.001 … 0.01"):
        trials.tuned(SGD, [0.001, 0.003, 0.01], steps=5, tuning=[0])
