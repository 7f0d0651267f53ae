## make book              build the site: _build/html/index.html
## make pdf               the whole book as one PDF; needs TeX
## make epub              the whole book for e-readers
## make site              the site with both of them to download, ready to be published
## make test              run every check
## make serve             look at the site in a browser, on http://localhost:8000 (or PORT=…)
## make lab               open the chapters in JupyterLab
## make execute CH=NAME   execute a chapter again, in place; all of them without CH
## make bench             measure how long a step takes: benchmarks/README.md
## make mutate            break optlib in thousands of ways, and see which its tests notice
## make grade SUBMISSIONS=DIR OUT=DIR
##                        grade the students' notebooks in a folder
## make constraints       choose the versions of all dependencies anew: constraints.txt
## make clean             remove what was built; the environment stays
##
## Each of these first sets up what it needs, in .venv. PYTHON=python3.12 chooses the Python.

SHELL = /bin/sh
BIN = .venv/bin
PORT = 8000
JOBS = 2
INSTALLED = .venv/.installed

# Notebooks and tests run side by side, one a core: more threads in each only wait for each other.
export OMP_NUM_THREADS ?= 1
BUILT = _build/html/.built
PDF = _build/latex/optimizers-side-by-side.pdf
EPUB = _build/epub/optimizers-side-by-side.epub

# Whatever the site is made of. Folders too: their time changes when a file is removed.
SITE_SOURCES := $(wildcard *.md) $(shell find _config.yml _toc.yml references.bib \
    $(wildcard assignments/*.md assignments/handout chapters figures reference web optlib) \
    -name '.*' -prune -o -name __pycache__ -prune -o -print)

SUPPORTED = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON = $(shell for python in python3 python3.13 python3.12 python3.11; do \
    $$python -c '$(SUPPORTED)' 2>/dev/null && echo $$python && break; done)

.PHONY: help book pdf epub site test serve lab execute bench mutate grade constraints clean

help:
	@sed -n 's/^## \{0,1\}//p' Makefile

book: $(BUILT)
	@echo
	@echo "The book is in _build/html/index.html: open that file in a browser, or run: make serve"

pdf: $(INSTALLED)
	@(for tool in xelatex latexmk xindy; do command -v $$tool >/dev/null || exit 1; done) || { \
	  echo "The PDF is set by TeX: xelatex, latexmk and xindy. On Debian and Ubuntu:"; \
	  echo "tools/system-packages.sh print"; exit 1; }
	rm -rf _build/latex
	$(BIN)/jupyter-book build --quiet --all -W -n --keep-going --builder latex .
	@# TeX writes a PDF even if letters are missing from it, or lines run off its pages.
	@$(MAKE) -C _build/latex LATEXMKOPTS="-silent -interaction=nonstopmode" >_build/latex/make.log 2>&1 \
	  && ! grep -E "Missing character|undefined references|^Overfull .hbox .([5-9]|[0-9]{2,})\." \
	    $(PDF:.pdf=.log) || { echo "Not a PDF to publish: $(PDF:.pdf=.log) says why."; exit 1; }
	@echo "The PDF is $(PDF)"

epub: $(INSTALLED)
	rm -rf _build/epub
	$(BIN)/jupyter-book build --quiet --all -W -n --keep-going --builder custom --custom-builder epub .
	@echo "The ePub is $(EPUB)"

# The site takes up no PDF or ePub but those just made, so that it offers none of yesterday's.
site: pdf epub
	DOWNLOADS="$(PDF) $(EPUB)" $(MAKE) -W _config.yml book

test: $(INSTALLED) $(BUILT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pytest -n $(JOBS) --dist loadscope

serve: $(BUILT)
	@echo "The book is on http://localhost:$(PORT) (Ctrl+C ends this)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: $(INSTALLED)
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/chapters

execute: $(INSTALLED)
	$(BIN)/python tools/notebooks.py execute $(CH)

bench: $(INSTALLED)
	env -u OMP_NUM_THREADS $(BIN)/python benchmarks/run.py

# Goes on where it was stopped; the survivors: .venv/bin/mutmut results; tests/optlib/survivors.md says why
mutate: $(INSTALLED)
	$(BIN)/mutmut run --max-children $(JOBS)

grade: $(INSTALLED)
	$(BIN)/python -m assignments grade "$(SUBMISSIONS)" --out "$(OUT)"

# Resolved on the oldest supported Python, since what runs there runs on the later ones too.
# Left out: what differs between machines (torch's CUDA libraries, local builds such as +cpu).
constraints:
	rm -rf _build/resolve
	python3.11 -m venv _build/resolve
	_build/resolve/bin/python -m pip install -r requirements.txt -r requirements-course.txt
	{ echo "# Every version that the requirements bring along; made by: make constraints"; \
	  _build/resolve/bin/python -m pip freeze --all --exclude-editable -r requirements.txt \
	    -r requirements-course.txt \
	  | sed -e '1,/added by pip freeze/d' -e '/^pip==/d' -e '/^nvidia-/d' -e '/^cuda-/d' \
	        -e '/^triton==/d' -e 's/+.*//'; } > constraints.txt
	rm -rf _build/resolve

clean:
	rm -rf _build mutants

$(BUILT): $(INSTALLED) $(SITE_SOURCES)
	rm -rf _build/html
	PYTHONDONTWRITEBYTECODE=1 $(BIN)/jupyter-book build --quiet --all -W -n --keep-going .
	@test -f _build/html/index.html || { echo "The build left no _build/html/index.html."; exit 1; }
	@touch $@

# An environment that is already there is kept, so that one can put another build of torch into it.
$(INSTALLED): requirements.txt constraints.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(SUPPORTED)' || { \
	  echo "The book needs Python 3.11, 3.12 or 3.13, and $(or $(PYTHON),python3) is none of them."; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: its venv module is missing."; \
	  echo "On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(BIN)/python -c '$(SUPPORTED)' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt -c constraints.txt || { \
	  echo; echo "Installing failed; the reason stands above. If it is the network: the first run"; \
	  echo "needs one, to download the packages. Run the same command again to go on."; exit 1; }
	@touch $@

.DEFAULT:
	@echo "There is no target '$@'. These are the targets:" >&2
	@$(MAKE) --no-print-directory help >&2
	@exit 2
