import { adam } from "./adam.js";
import { adaptive } from "./adaptive.js";
import { averages } from "./averages.js";
import { learningRate } from "./learning-rate.js";
import { momentum } from "./momentum.js";
import { race } from "./race.js";
import { schedule } from "./schedule.js";

const kinds = { adam, adaptive, averages, "learning-rate": learningRate, momentum, race, schedule };

for (const root of document.querySelectorAll("[data-explorable]")) {
  kinds[root.dataset.explorable](root, JSON.parse(root.dataset.options));
}
