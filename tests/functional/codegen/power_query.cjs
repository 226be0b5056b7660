// Parses Power Query files with Microsoft's own parser: `node power_query.cjs FILE…`.
const { readFileSync } = require("node:fs");
const { DefaultSettings, TaskUtils } = require("@microsoft/powerquery-parser");
async function main() {
  for (const path of process.argv.slice(2)) {
    const task = await TaskUtils.tryLexParse(DefaultSettings, readFileSync(path, "utf-8"));
    if (!TaskUtils.isParseStageOk(task)) throw new Error(`${path}: ${task.error && task.error.message}`);
    console.log("parsed");
  }
}
main().catch((error) => { console.error(error.message); process.exitCode = 1; });
