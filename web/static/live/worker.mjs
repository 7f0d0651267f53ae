// Python in a worker: the page stays alive while it runs, and even an endless loop can be stopped.
import { loadPyodide } from "../pyodide/pyodide.mjs";

const at = (name) => new URL(name, import.meta.url).href;
const plainFetch = self.fetch;
let python, sizes, what, loaded, total;

/** Fetch as ever, but tell the page how much has arrived. */
self.fetch = async (...request) => {
  const answer = await plainFetch(...request);
  const counter = new TransformStream({
    transform(piece, out) {
      loaded += piece.length;
      self.postMessage({ kind: "loading", text: what, loaded: Math.min(loaded, total), total });
      out.enqueue(piece);
    },
  });
  return new Response(answer.body.pipeThrough(counter), answer);
};

async function start() {
  sizes = await (await plainFetch(at("sizes.json"))).json();
  [what, loaded, total] = ["Python and NumPy", 0, sizes.python];
  const pyodide = await loadPyodide({ indexURL: at("../pyodide/"), env: { MPLBACKEND: "agg" } });
  await pyodide.loadPackage("numpy", { messageCallback() {} });
  const [library, code] = await Promise.all(["optlib.zip", "run.py"].map((name) => plainFetch(at(name))));
  pyodide.unpackArchive(await library.arrayBuffer(), "zip");
  pyodide.FS.writeFile("run.py", await code.text());
  return { pyodide, run: pyodide.pyimport("run") };
}

self.onmessage = async ({ data: { above, code } }) => {
  try {
    python ??= await start();
    const { pyodide, run } = python;
    above = pyodide.toPy(above);
    if (run.needs_matplotlib(above, code) && !("matplotlib" in pyodide.loadedPackages)) {
      [what, loaded, total] = ["Matplotlib", 0, sizes.matplotlib];
      await pyodide.loadPackage("matplotlib", { messageCallback() {} });
    }
    self.postMessage({ kind: "running" });
    const started = performance.now();
    run.run(above, code, (kind, text) => self.postMessage({ kind, text }));
    const seconds = (performance.now() - started) / 1000;
    self.postMessage({ kind: "done", seconds, versions: run.VERSIONS });
  } catch (error) {
    self.postMessage({ kind: "crash", text: String(error.message ?? error) });
  }
};
