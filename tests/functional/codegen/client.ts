// A program against the generated types: it compiles only while every field it reads is there.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { FigureStatus, JourneyDocument } from "./reader";

declare const process: { env: Record<string, string | undefined> };
const { HUB_URL, HUB_TOKEN } = process.env;

async function ask<R, V>(document: TypedDocumentNode<R, V>, variables: V): Promise<R> {
  const answer = await fetch(`${HUB_URL}/graphql`, {
    method: "POST",
    headers: { Authorization: `Bearer ${HUB_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await answer.json()) as { data: R; errors?: { message: string }[] };
  if (errors) throw new Error(errors.map((error) => error.message).join("; "));
  return data;
}

ask(JourneyDocument, { area: "E07000102", period: "CY2017" }).then(({ journey }) => {
  const shown = journey.stages.filter((stage) => stage.figure.status === FigureStatus.Published);
  const first: number | null | undefined = shown[0]?.figure.value;
  console.log(journey.area.name, first, journey.links.map((link) => link.comparability).join(""));
});
