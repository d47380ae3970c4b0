/** What `nft -j` printed, of which nothing is taken for granted. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

export function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

export function textOf(json: Json | undefined): string | undefined {
  return typeof json === "string" ? json : undefined;
}

export function numberIn(json: Json | undefined): number | undefined {
  return typeof json === "number" ? json : undefined;
}

/** The one word that a statement or an expression is: `{"match": …}` → `["match", …]`. */
export function entryOf(json: Json): [word: string, body: Json] | undefined {
  if (typeof json === "string") return [json, null];
  if (!isObject(json)) return undefined;
  const [word, ...more] = Object.keys(json);
  return word === undefined || more.length > 0 ? undefined : [word, json[word] ?? null];
}
