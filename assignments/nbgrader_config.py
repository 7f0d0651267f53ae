"""Settings of nbgrader, for teachers who use it: run it in this folder."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent


def prepend(variable, folder):
    os.environ[variable] = os.pathsep.join(filter(None, [str(folder), os.environ.get(variable)]))


prepend("PYTHONPATH", HERE.parent)  # the hidden tests import `assignments`, from any folder
prepend("PATH", Path(sys.executable).parent)  # nbgrader starts `alembic`

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "optimizers"
c.CourseDirectory.root = str(HERE)
