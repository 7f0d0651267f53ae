"""Settings of nbgrader, for teachers who use it: run it in this folder."""

import os
from pathlib import Path

HERE = Path(__file__).parent
# The hidden tests import `assignments`, from any folder that nbgrader runs them in.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")])
)

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "optimizers"
c.CourseDirectory.root = str(HERE)
