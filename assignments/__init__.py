"""The course: assignments, and what makes and grades them."""
