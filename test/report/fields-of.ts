import { expandFields, type JsonField } from "../../src/report/json-fields.ts";

/** `findings[].code` for every value in it. */
export function fieldsOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, `${path}[]`));
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, item]) => fieldsOf(item, path === "" ? name : `${path}.${name}`));
}

/** Those that the help lists, without what says that they may be missing. */
export function listedIn(table: readonly JsonField[]): readonly string[] {
  return expandFields(table).map((field) => field.replaceAll("?", ""));
}

/** Those of an object that the help does not list. */
export function untold(text: string, table: readonly JsonField[]): readonly string[] {
  const listed = new Set(listedIn(table));
  return [...new Set(fieldsOf(JSON.parse(text)))].filter((field) => !listed.has(field));
}
