// Renders formulas: a line of JSON in, a line of JSON out. Run as: node katex.js path/to/katex.min.js

const katex = require(process.argv[2]);

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { latex, options } = JSON.parse(line);
  let answer;
  try {
    answer = { html: katex.renderToString(latex, options) };
  } catch (error) {
    answer = { error: error.message };
  }
  // Escaped, so that the reader need not agree on an encoding.
  const escape = (char) => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0");
  process.stdout.write(JSON.stringify(answer).replace(/[^\x00-\x7f]/g, escape) + "\n");
});
