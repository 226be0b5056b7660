// PostGraphile 5 over the schema "peers", as its documentation has it for production: Amber preset,
// simple names for lists, no GraphiQL, no watching, one pool.
import { createServer } from "node:http";

// It asks for Node 22; Debian's Node 20 lacks only this.
Promise.withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};
const { makePgService } = await import("postgraphile/adaptors/pg");
const { PostGraphileAmberPreset } = await import("postgraphile/presets/amber");
const { postgraphile } = await import("postgraphile");
const { grafserv } = await import("postgraphile/grafserv/node");

const [port, connectionString] = process.argv.slice(2);

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: ["peers"], poolConfig: { max: 8 } })],
  schema: { defaultBehavior: "list -connection -insert -update -delete" },
  grafserv: { port: Number(port), graphiql: false, watch: false, maxRequestLength: 1000000 },
  grafast: { explain: false },
};

const pgl = postgraphile(preset);
const serv = pgl.createServ(grafserv);
const server = createServer();
server.on("error", (error) => { console.error(error); process.exit(1); });
await serv.addTo(server);
server.listen(Number(port), "127.0.0.1");
