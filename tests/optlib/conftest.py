collect_ignore = ["golden/record.py"]  # runs with Keras and Optax, which the tests do without
