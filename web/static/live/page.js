// Cells tagged `live` get the buttons Edit, Run and Restore. Python is loaded at the first Run.
(() => {
  const here = document.currentScript.src;
  const cells = [...document.querySelectorAll("div.cell:has(.cell_input)")];
  const edited = new Map(); // what the reader has made of a cell
  let worker, running;

  const element = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const original = (cell) => cell.querySelector(".cell_input pre").textContent.replace(/\n$/, "");
  const source = (cell) => edited.get(cell) ?? original(cell);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

  // The colours of code while it is edited: Pygments' classes, by its kinds of words.
  const words = new RegExp([
    /(?<c1>#.*)/, /(?<s2>[a-zA-Z]{0,2}("""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))/,
    /(?<k>\b(?:and|as|assert|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|not|or|pass|raise|return|try|while|with|yield)\b)/,
    /(?<kc>\b(?:None|True|False)\b)/, /(?<mi>\b\d[\w.]*)/,
  ].map((kind) => kind.source).join("|"), "g");
  const colour = (code) => {
    const nodes = [];
    let end = 0;
    for (const found of code.matchAll(words)) {
      const className = Object.keys(found.groups).find((name) => found.groups[name]);
      nodes.push(code.slice(end, found.index), element("span", { className }, found[0]));
      end = found.index + found[0].length;
    }
    return [...nodes, code.slice(end), "\n"];
  };

  class Live {
    constructor(cell) {
      this.cell = cell;
      this.pre = cell.querySelector(".cell_input pre");
      this.fold = cell.querySelector("details:has(.cell_input)");
      this.figure = cell.querySelector("figure");
      this.stored = cell.querySelectorAll(".cell_output > :not(figure), .cell_output figure > :not(figcaption)");
      const button = (textContent, onclick) => element("button", { type: "button", textContent, onclick });
      this.editButton = button("Edit", () => this.edit());
      this.runButton = button("Run", () => (running === this ? stop() : this.run()));
      this.restoreButton = button("Restore", () => this.restore());
      this.status = element("span", { role: "status" });
      this.progress = element("span", { ariaHidden: "true" }); // nobody wants to hear each megabyte
      this.output = element("div", { className: "live-output" });
      (this.fold ?? cell.querySelector(".cell_input")).after(
        element("div", { className: "live-bar" }, this.editButton, this.runButton, this.restoreButton,
          element("span", { className: "live-status" }, this.status, this.progress)),
        this.output,
      );
      cell.classList.add("live-ready");
      this.show();
    }

    show() {
      this.runButton.textContent = running === this ? "Stop" : "Run";
      this.editButton.hidden = this.editor;
      this.restoreButton.hidden = running === this || !(this.editor || this.replaced);
    }

    edit() {
      this.editor = element("textarea", { value: original(this.cell), spellcheck: false });
      this.editor.setAttribute("aria-label", "Python code. Shift+Enter runs it, Escape leaves the editor.");
      this.editor.setAttribute("autocapitalize", "off");
      this.editor.oninput = () => {
        edited.set(this.cell, this.editor.value);
        this.colours.replaceChildren(...colour(this.editor.value));
      };
      this.editor.onscroll = () => (this.colours.scrollLeft = this.editor.scrollLeft);
      this.colours = element("div", { ariaHidden: "true" });
      this.frame = element("div", { className: "live-editor" }, this.colours, this.editor);
      this.editor.oninput();
      this.editor.onkeydown = (event) => this.key(event);
      if (this.fold) this.fold.open = true;
      this.pre.hidden = true;
      this.pre.after(this.frame);
      this.colours.id = this.pre.id; // what the copy button copies
      this.pre.id = "";
      this.show();
      this.say("Shift+Enter runs, Escape leaves the editor.");
      this.editor.setSelectionRange(0, 0); // before the focus, which scrolls to the caret
      this.editor.focus();
    }

    key(event) {
      const { value, selectionStart } = this.editor;
      if (event.key === "Escape") this.runButton.focus();
      else if (event.key === "Enter" && event.shiftKey) this.run();
      else if (event.key === "Tab" && !event.shiftKey) this.type("    ");
      else if (event.key === "Enter") {
        const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
        this.type(`\n${/^ */.exec(line)[0]}${line.trimEnd().endsWith(":") ? "    " : ""}`);
      } else return;
      event.preventDefault();
    }

    /** As if typed, so that it can be undone. */
    type(text) {
      document.execCommand("insertText", false, text);
    }

    run() {
      if (location.protocol === "file:") {
        this.say("Running code needs a web server: type “make serve” in the book’s folder, and open the address that it prints.");
      } else if (running) {
        this.say("Another cell is running.");
      } else {
        running = this;
        this.fresh = true;
        this.say(worker ? "Running…" : "Loading Python…");
        worker ??= start();
        const above = cells.slice(0, cells.indexOf(this.cell)).map(source);
        worker.postMessage({ above, code: source(this.cell) });
        this.show();
      }
    }

    restore() {
      edited.delete(this.cell);
      if (this.editor) this.pre.id = this.colours.id;
      this.frame?.remove();
      this.editor = null;
      this.pre.hidden = false;
      this.replace(false);
      this.say("");
      this.show();
      this.runButton.focus();
    }

    /** The stored output makes room for that of a run, or comes back. */
    replace(replaced) {
      this.replaced = replaced;
      this.output.replaceChildren();
      this.figure?.querySelectorAll(".live-picture").forEach((picture) => picture.remove());
      this.stored.forEach((part) => (part.hidden = replaced));
    }

    add(node) {
      if (this.fresh) this.replace(true); // not before there is something to show
      this.fresh = false;
      if (node?.tagName === "IMG" && this.figure) this.figure.lastElementChild.before(node);
      else if (node) this.output.append(node);
    }

    print(className, text) {
      const last = this.fresh ? null : this.output.lastElementChild;
      if (last?.className === className) last.append(text);
      else this.add(element("pre", { className, tabIndex: 0 }, text));
    }

    receive({ kind, text, loaded, total, seconds, versions }) {
      if (kind === "loading" && loaded === total) this.say(`Starting ${text}…`);
      else if (kind === "loading") this.say(`Loading ${text}: `, `${megabytes(loaded)} of ${megabytes(total)} MB`);
      else if (kind === "running") this.say("Running…");
      else if (kind === "text") this.print("live-text", text);
      else if (kind === "claim") this.print("live-claim", `No longer true: ${text}\n`);
      else if (kind === "error") this.print("live-error", text);
      else if (kind === "picture") {
        const picture = element("img", { className: "live-picture", alt: "The figure, as the code above now draws it." });
        picture.onload = () => (picture.width = picture.naturalWidth / 2);
        picture.src = `data:image/png;base64,${text}`;
        this.add(picture);
      } else if (kind === "missing") {
        this.end(`This cell needs ${text}, which does not run in a browser. The notebook can: make lab`);
      } else if (kind === "crash") {
        worker.terminate();
        worker = null;
        this.end(`Python could not go on: ${text}`);
      } else if (kind === "done") {
        this.add();
        const failed = this.output.querySelector(".live-error");
        this.end(`${failed ? "Ended by an error" : "Done"} after ${seconds.toFixed(2)} s. ${versions}`);
      }
    }

    end(text) {
      running = null;
      this.say(text);
      this.show();
    }

    say(text, progress = "") {
      if (this.status.textContent !== text) this.status.textContent = text;
      this.progress.textContent = progress;
    }
  }

  function start() {
    const started = new Worker(new URL("worker.mjs", here), { type: "module" });
    started.onmessage = ({ data }) => running?.receive(data);
    started.onerror = () => running?.receive({ kind: "crash", text: "its files are missing" });
    return started;
  }

  function stop() {
    worker.terminate();
    worker = null;
    running.end("Stopped.");
  }

  const live = cells.filter((cell) => cell.classList.contains("tag_live")).map((cell) => new Live(cell));
  live[0].say("Change the code and run it, here in the page.");
})();
