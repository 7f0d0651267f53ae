"""The data sets of the book; all of them come with the repository or with scikit-learn."""

import csv
from importlib.resources import files
from typing import NamedTuple

import numpy as np


class Weather(NamedTuple):
    """``date`` as datetime64[D]; ``temp_max`` and ``temp_min`` in °C; ``precipitation`` in mm."""

    date: np.ndarray
    temp_max: np.ndarray
    temp_min: np.ndarray
    precipitation: np.ndarray


class Split(NamedTuple):
    """Examples as rows, labels as integers; ``test`` is held out."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def seattle_weather():
    """The weather of Seattle, day by day, 2012 to 2015: 1,461 days (NOAA, public domain).

    >>> weather = seattle_weather()
    >>> weather.date[0], weather.temp_max[0]
    (np.datetime64('2012-01-01'), np.float64(12.8))
    """
    with (files("optlib") / "datasets" / "seattle-weather.csv").open() as file:
        rows = list(csv.DictReader(file))
    dates = np.array([row["date"].replace("/", "-") for row in rows], dtype="datetime64[D]")
    names = ("temp_max", "temp_min", "precipitation")
    return Weather(dates, *(np.array([float(row[name]) for row in rows]) for name in names))


def digits():
    """Handwritten digits: 1,797 images of 8 × 8 = 64 pixels in [0, 1], labels 0 to 9 (UCI)."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return _split(data.data / 16.0, data.target)


def breast_cancer():
    """569 tumours with 30 measurements each, standardised; label 1 is benign, 0 malignant (UCI)."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    split = _split(data.data, data.target)
    mean, std = split.x_train.mean(axis=0), split.x_train.std(axis=0)
    return split._replace(x_train=(split.x_train - mean) / std, x_test=(split.x_test - mean) / std)


def _split(x, y):
    """Shuffle once and for all, and hold out a fifth."""
    order = np.random.default_rng(0).permutation(len(x))
    train, test = np.split(order, [len(x) * 4 // 5])
    return Split(x[train], y[train], x[test], y[test])
