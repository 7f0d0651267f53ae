import numpy as np

from optlib import data


def test_weather_is_complete():
    weather = data.seattle_weather()
    assert len(weather.date) == 1461
    assert weather.date[0] == np.datetime64("2012-01-01")
    np.testing.assert_array_equal(np.diff(weather.date).astype(int), 1)  # no day is missing
    assert np.all(weather.temp_max >= weather.temp_min)
    assert weather.temp_max.mean().round(2) == 16.44
    assert np.all(weather.precipitation >= 0)


def test_digits():
    split = data.digits()
    assert split.x_train.shape == (1437, 64) and split.x_test.shape == (360, 64)
    assert split.x_train.min() == 0 and split.x_train.max() == 1
    assert set(split.y_train) == set(range(10))


def test_breast_cancer_is_standardised_without_a_look_at_the_test_set():
    split = data.breast_cancer()
    assert split.x_train.shape == (455, 30) and split.x_test.shape == (114, 30)
    np.testing.assert_allclose(split.x_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(split.x_train.std(axis=0), 1)
    assert np.abs(split.x_test.mean(axis=0)).max() > 0.01
    labels = np.concatenate([split.y_train, split.y_test])
    assert labels.sum() == 357  # benign


def test_splits_are_the_same_each_time():
    np.testing.assert_array_equal(data.digits().y_test, data.digits().y_test)
