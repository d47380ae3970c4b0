import { addressNumber } from "../../addresses.ts";
import { type Element, ElementSet, type Interval } from "../../elements.ts";
import type { RuleVerdict } from "../../model.ts";
import { ANY, type Value } from "../../value.ts";
import { type Json, type JsonObject, entryOf, isList, isObject, textOf } from "./json.ts";
import { type Kind, kindsOfType, readInterval } from "./kinds.ts";
import { readVerdict } from "./verdicts.ts";

/** A named set or map, as the rules of its table find it. */
export function readNamedSet(body: JsonObject): ElementSet<unknown> {
  const kinds = kindsOfType(body["type"]);
  const elements = isList(body["elem"]) ? body["elem"] : [];
  if (body["map"] === undefined) return readElements(elements, kinds);
  return body["map"] === "verdict" ? readVerdictMap(elements, kinds) : readMapData(elements, kinds);
}

/** The elements of a set; `"*"`: whatever no other element has. */
export function readElements(elements: readonly Json[], kinds: readonly Kind[]): ElementSet<unknown> {
  return new ElementSet(elements.map((json) => ({ columns: readKey(json, kinds), data: true })));
}

/** Pairs of a key and a verdict. */
export function readVerdictMap(pairs: readonly Json[], kinds: readonly Kind[]): ElementSet<unknown> {
  return new ElementSet(
    pairs.map((pair): Element<RuleVerdict> => {
      const [key = null, value = null] = isList(pair) ? pair : [];
      const verdict = readVerdict(value) ?? { kind: "opaque", text: JSON.stringify(value) };
      return { columns: readKey(key, kinds), data: verdict };
    }),
  );
}

/** Pairs of a key and a value: an address, a port, a mark, or a concatenation. */
export function readMapData(pairs: readonly Json[], kinds: readonly Kind[]): ElementSet<unknown> {
  return new ElementSet(
    pairs.map((pair): Element<Value | readonly Value[]> => {
      const [key = null, value = null] = isList(pair) ? pair : [];
      return { columns: readKey(key, kinds), data: readValue(unwrap(value)) };
    }),
  );
}

/** An element may come with its timeout, counter or comment. */
function unwrap(json: Json): Json {
  const inner = isObject(json) && isObject(json["elem"]) ? json["elem"]["val"] : undefined;
  return inner ?? json;
}

function readKey(json: Json, kinds: readonly Kind[]): Interval[] {
  const key = unwrap(json);
  if (key === "*" && kinds[0] !== "interface") return [];
  const parts = isObject(key) && isList(key["concat"]) ? key["concat"] : [key];
  return parts.map((part, index) => readInterval(part, kinds[index] ?? "other"));
}

function readValue(json: Json): Value | readonly Value[] {
  const [word, body] = entryOf(json) ?? [];
  if (word === "concat" && isList(body)) return body.map((part) => readPart(part));
  return readPart(json);
}

function readPart(json: Json): Value {
  if (typeof json === "number") return json;
  const text = textOf(json);
  if (text !== undefined) return addressNumber(text) ?? (/^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text) : ANY);
  if (!isObject(json) || !isList(json["range"])) return ANY;
  const [lo, hi] = json["range"].map(readPart);
  return typeof lo === typeof hi && (typeof lo === "number" || typeof lo === "bigint") && typeof hi !== "object"
    ? { kind: "between", lo, hi: hi! }
    : ANY;
}
