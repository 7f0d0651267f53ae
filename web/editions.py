"""What print and e-readers need beside the site, in the order of the file.

- the site: links to the PDF and the ePub, if it is built together with them;
- LaTeX: formulas with tags and anchors; the parts and chapters of _toc.yml; proofs and solutions
  without a box;
- ePub: formulas in MathML, no scripts, no style sheets of the site, and what epubcheck asks for.
"""

import importlib.metadata
import os
import re
import shutil
from pathlib import Path

import book
from docutils import nodes
from sphinx import addnodes
from sphinx.builders.epub3 import Epub3Builder
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise import nodes as exercise


def downloads():
    """The files that `make site` names; `make book` names none, and no link leads nowhere."""
    return [Path(name) for name in os.environ.get("DOWNLOADS", "").split()]


def link_downloads(app, pagename, templatename, context, doctree):
    if app.builder.name == "html" and downloads():
        links = ", ".join(
            f'<a href="{context["pathto"](f"downloads/{file.name}", resource=True)}" download>'
            f"{file.suffix[1:].upper()} ({file.stat().st_size / 1e6:.1f} MB)</a>"
            for file in downloads()
        )
        context["theme_extra_footer"] = f"<div>The whole book: {links}</div>"


def copy_downloads(app, exception):
    if app.builder.name == "html" and not exception:
        for file in downloads():
            (Path(app.outdir) / "downloads").mkdir(exist_ok=True)
            shutil.copy(file, Path(app.outdir) / "downloads")


class FormulasInPrint(SphinxPostTransform):
    """LaTeX takes no \\tag within the split environment that Sphinx puts around formulas, and
    knows a formula by its number alone: for links with other words, it gets an anchor."""

    default_priority = 500
    formats = ("latex",)

    def run(self):
        for block in list(self.document.findall(nodes.math_block)):
            for name in block["ids"]:
                anchor = rf"\phantomsection\label{{\detokenize{{{block['docname']}:{name}}}}}"
                block.parent.insert(
                    block.parent.index(block), nodes.raw("", anchor, format="latex")
                )
            if r"\tag" in block.astext():
                latex = rf"\begin{{equation*}}{block.astext().strip()}\end{{equation*}}"
                block.replace_self(nodes.raw("", latex, format="latex"))


class ChaptersInPrint(SphinxPostTransform):
    """Each page of _toc.yml is a chapter, numbered as on the site; the bibliography is last."""

    default_priority = 600  # before sphinx-jupyterbook-latex makes the parts
    formats = ("latex",)

    def run(self):
        pages = list(self.document.findall(addnodes.start_of_file))
        for page in pages:
            below = [nested for nested in page.findall(addnodes.start_of_file) if nested != page]
            for nested in reversed(below):
                nested.parent.remove(nested)
                page.parent.insert(page.parent.index(page) + 1, nested)
            if page["docname"] == "bibliography":
                page.replace_self(list(page.findall(nodes.citation)))
        parts = [
            wrapper
            for wrapper in self.document.findall(nodes.compound)
            if wrapper.get("docname") == self.config.root_doc
        ]
        for part, tree in zip(parts, self.config.external_site_map.root.subtrees, strict=True):
            if not tree.numbered:
                unnumbered = r"\setcounter{secnumdepth}{-2}"
                part.insert(0, nodes.raw("", unnumbered, format="latex"))


class ProofsInPrint(SphinxPostTransform):
    """A proof is text, closed by a square; as a box without a title, LaTeX takes it apart."""

    default_priority = 500
    formats = ("latex",)

    def run(self):
        for proof in list(self.document.findall(nodes.admonition)):
            if "proof" in proof["classes"] and not isinstance(proof[0], nodes.title):
                proof[-1] += nodes.raw("", r"\hfill$\square$", format="latex")
                proof.replace_self(proof.children)


def set_version(app, config):
    """On the cover, and in what an e-reader knows of the book."""
    config.version = config.release = importlib.metadata.version("optlib")


def count_by_chapter(app):
    """Exercises and theorems; for the sake of parts, sphinx-jupyterbook-latex has other ideas."""
    if app.builder.format == "latex":
        app.config.numfig_secnum_depth = 1


def number_by_chapter(app, env):
    """Figures and formulas, which LaTeX counts itself, a level deeper since there are parts."""
    if app.builder.format == "latex":
        app.config.numfig_secnum_depth = 2
    return []


def visit_solution_in_print(writer, node):
    exercise.visit_solution_node(writer, node)
    writer.body[-1] = "\n\\begin{booksolution}"


def depart_solution_in_print(writer, node):
    writer.body.append("\\end{booksolution}\n")


class NotInEBooks(SphinxPostTransform):
    """Code that only draws is left out, as in print; a page has each anchor once."""

    default_priority = 100  # before myst-nb folds the code away
    builders = ("epub",)

    def run(self):
        for cell in list(self.document.findall(nodes.container)):
            if "tag_hide-input" in cell["classes"]:
                for code in list(cell.findall(nodes.container)):
                    if "cell_input" in code["classes"]:
                        code.parent.remove(code)
        for node in self.document.findall(lambda node: isinstance(node, nodes.Element)):
            node["ids"] = [id for id in node["ids"] if not re.fullmatch("proof|.*-content", id)]


SHEETS = ("pygments.css", "ebook.css")


class EBook(Epub3Builder):
    """Sphinx' builder, with our style sheet and no other."""

    def init(self):
        self.config.templates_path = []  # those are the site's
        self.config.html_domain_indices = False
        self.config.epub_cover = ("_static/cover.png", "epub-cover.html")  # YAML has no tuples
        book.KATEX["output"] = "mathml"
        super().init()

    def add_css_file(self, filename, **options):
        if filename in SHEETS:
            super().add_css_file(filename, **options)

    def handle_finish(self):
        outdir = Path(self.outdir)
        for page in outdir.rglob("*.xhtml"):
            page.write_text(mended(page.read_text("utf8")), "utf8")
        for file in (outdir / "_static").rglob("*"):
            if file.is_file() and file.name not in SHEETS:
                file.unlink()
        shutil.copy(Path(self.srcdir, "figures", "cover.png"), outdir / "_static")
        super().handle_finish()

    def build_content(self):
        """Sphinx tells neither which pages have formulas nor leaves out what it does not know."""
        super().build_content()
        file = Path(self.outdir, "content.opf")
        package = re.sub(r".*>unknown</dc:contributor>\n", "", file.read_text("utf8"))
        for page in Path(self.outdir).rglob("*.xhtml"):
            if "<math" in page.read_text("utf8"):
                entry = f'href="{page.relative_to(self.outdir).as_posix()}"'
                package = package.replace(entry, f'{entry} properties="mathml"')
        file.write_text(package, "utf8")


def mended(html):
    """A page of the ePub, in the words that the standard knows."""
    html = re.sub("<mo>\u2061</mo>(?=</m)", "", html)  # KaTeX applies functions to nothing
    html = re.sub(r'(<mt(?:able|d)) width="\d+%"', r"\1", html)
    return re.sub(' role="doc-biblioentry"', "", html)  # deprecated


def setup(app):
    app.connect("html-page-context", link_downloads)
    app.connect("build-finished", copy_downloads)
    app.add_post_transform(FormulasInPrint)
    app.add_post_transform(ChaptersInPrint)
    app.add_post_transform(ProofsInPrint)
    app.connect("config-inited", set_version)
    app.connect("builder-inited", count_by_chapter, priority=900)
    app.connect("env-get-updated", number_by_chapter, priority=900)
    app.add_post_transform(NotInEBooks)
    app.add_builder(EBook, override=True)
    in_print = (visit_solution_in_print, depart_solution_in_print)
    app.add_node(exercise.solution_node, override=True, latex=in_print)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
