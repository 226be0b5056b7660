// Typed documents for TypeScript out of the committed SDL, by graphql-codegen's plugins.
//   node generate.cjs SDL DOCUMENTS OUTPUT
const { readFileSync, writeFileSync } = require("fs");
const { codegen } = require("@graphql-codegen/core");
const { parse } = require("graphql");
const [sdl, documents, output] = process.argv.slice(2);
const names = ["typescript", "typescript-operations", "typed-document-node"];

codegen({
  filename: output,
  schema: parse(readFileSync(sdl, "utf8")),
  documents: [{ location: documents, document: parse(readFileSync(documents, "utf8")) }],
  config: { scalars: { DateTime: "string" } },
  plugins: names.map((name) => ({ [name]: {} })),
  pluginMap: Object.fromEntries(names.map((name) => [name, require(`@graphql-codegen/${name}`)])),
}).then((text) => writeFileSync(output, text));
