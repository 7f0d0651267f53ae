from hypothesis import settings

# The same examples on every machine, and no limit on time: a slow machine is no error.
settings.register_profile("book", deadline=None, derandomize=True)
settings.load_profile("book")

collect_ignore = ["golden/record.py"]  # runs with Keras and Optax, which the tests do without
