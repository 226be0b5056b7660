// Mercurius with graphql-jit over the schema "peers": compiled from the first request, loaders for
// what hangs on a row, prepared statements over one pool of eight connections, no logging.
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";

const [port, connectionString] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, max: 8 });

const schema = `
  type Indicator { code: String! title: String! unit: String! }
  type Area { code: String! name: String! level: String! parents: [Area!]! }
  type Period { id: String! title: String! }
  type Cell {
    indicator: Indicator! area: Area! period: Period!
    value: Float status: String! symbol: String display: String! unit: String!
  }
  type StageFigure { stage: String! period: Period! value: Float status: String! }
  type Query {
    series(i: String!, a: String!, periods: [String!]!): [Cell!]!
    cells(i: [String!]!, a: [String!]!, p: [String!]!): [Cell!]!
    journey(a: String!, p: String!): [StageFigure!]!
  }`;

const ask = (name, text) => async (values) =>
  (await pool.query({ name, text, values })).rows;
const series = ask("series", `SELECT indicator_code, area_code, period_id, value, status, symbol,
  display FROM peers.series($1, $2, $3)`);
const cells = ask("cells", `SELECT indicator_code, area_code, period_id, value, status, symbol,
  display FROM peers.cells($1, $2, $3)`);
const journey = ask("journey", "SELECT stage, period_id, value, status FROM peers.journey($1, $2)");
const indicators = ask("indicators",
  "SELECT code, title, unit FROM peers.indicator WHERE code = ANY ($1)");
const areas = ask("areas", "SELECT code, name, level FROM peers.area WHERE code = ANY ($1)");
const periods = ask("periods", "SELECT id, title FROM peers.period WHERE id = ANY ($1)");
const parents = ask("parents", `SELECT p.child, a.code, a.name, a.level FROM peers.area_parent p
  JOIN peers.area a ON a.code = p.parent WHERE p.child = ANY ($1)`);

async function found(queries, keyOf, read, name) {
  const keys = [...new Set(queries.map(({ obj }) => keyOf(obj)))];
  const rows = new Map((await read([keys])).map((row) => [row[name], row]));
  return queries.map(({ obj }) => rows.get(keyOf(obj)));
}
const period = (queries) => found(queries, (row) => row.period_id, periods, "id");

const app = Fastify({ logger: false });
await app.register(mercurius, {
  schema,
  jit: 1,
  graphiql: false,
  resolvers: {
    Query: {
      series: (_, { i, a, periods }) => series([i, a, periods]),
      cells: (_, { i, a, p }) => cells([i, a, p]),
      journey: (_, { a, p }) => journey([a, p]),
    },
  },
  loaders: {
    Cell: {
      indicator: (queries) => found(queries, (row) => row.indicator_code, indicators, "code"),
      area: (queries) => found(queries, (row) => row.area_code, areas, "code"),
      period,
      unit: async (queries) =>
        (await found(queries, (row) => row.indicator_code, indicators, "code")).map((r) => r.unit),
    },
    StageFigure: { period },
    Area: {
      async parents(queries) {
        const rows = await parents([[...new Set(queries.map(({ obj }) => obj.code))]]);
        const above = new Map();
        for (const row of rows) {
          if (!above.has(row.child)) above.set(row.child, []);
          above.get(row.child).push(row);
        }
        return queries.map(({ obj }) => above.get(obj.code) ?? []);
      },
    },
  },
});
await app.listen({ port: Number(port), host: "127.0.0.1" });
