// The victim journey of one area with Node's own fetch (Node 18 or newer), no packages.
//   HUB_URL=http://127.0.0.1:8000 HUB_TOKEN=… node examples/journey.mjs [AREA PERIOD]
const { HUB_URL, HUB_TOKEN } = process.env;
if (!HUB_URL || !HUB_TOKEN) throw new Error("Set HUB_URL and HUB_TOKEN.");
const [area = "E07000102", period = "CY2017"] = process.argv.slice(2);

const query = `query($area: String!, $period: String!) {
  journey(area: $area, period: $period) {
    area { name }
    links { code comparability ratio { display unit } caveats { code } }
  }
}`;

const answer = await fetch(`${HUB_URL}/graphql`, {
  method: "POST",
  headers: { Authorization: `Bearer ${HUB_TOKEN}`, "Content-Type": "application/json" },
  body: JSON.stringify({ query, variables: { area, period } }),
});
const { data, errors } = await answer.json();
if (errors) throw new Error(errors.map((error) => error.message).join("; "));

// A ratio never travels without its grade: D means that it was not computed.
for (const { code, comparability, ratio, caveats } of data.journey.links) {
  const why = caveats.map((caveat) => caveat.code).join(" ");
  console.log(`${comparability}  ${ratio.display.padStart(6)} ${ratio.unit ?? ""}  ${code}  ${why}`);
}
