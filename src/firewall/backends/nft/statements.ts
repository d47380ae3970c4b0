import { ElementSet } from "../../elements.ts";
import type { Expr, Match, Part, RuleVerdict } from "../../model.ts";
import { needsHeader, readExpr, readMapRef } from "./expr.ts";
import { type Json, type JsonObject, entryOf, isList, isObject, numberIn, textOf } from "./json.ts";
import { readMatch } from "./match.ts";
import { readNat } from "./nat.ts";
import { readVerdictMap } from "./sets.ts";
import { renderStatement } from "./text.ts";
import { readReject, readVerdict } from "./verdicts.ts";
import { own } from "../../own.ts";
import { LEAST_TTL } from "../../walk/header-fields.ts";

/** Named limits and quotas of the rule's table, by `limit NAME`. */
export type Objects = ReadonlyMap<string, JsonObject>;

const NOT_EXHAUSTED = "no rate limit is exhausted";
const QUOTA = "quotas are used up as far as they were when the rules were read";

/** They change nothing about what becomes of a connection's first packets. */
const HARMLESS: ReadonlySet<string> = new Set([
  "counter",
  "log",
  "dup",
  "flow",
  "last",
  "secmark",
  "ct helper",
  "ct timeout",
  "ct expectation",
  "reset",
  "comment",
  "optstrip",
]);

/** Targets and matches of iptables that nft can only name. */
const HARMLESS_XT: ReadonlySet<string> = new Set([
  "comment",
  "LOG",
  "NFLOG",
  "TRACE",
  "CHECKSUM",
  "TCPMSS",
  "CLASSIFY",
]);

/** What a statement asks of a packet or does to it; opaque where it is not understood. */
export function readStatement(json: Json, objects: Objects, text = renderStatement(json)): readonly Part[] {
  const [word, body] = entryOf(json) ?? [];
  if (word === undefined) return opaque(text);
  const verdict = readVerdict(json);
  if (verdict) return [verdictPart(verdict)];
  if (HARMLESS.has(word)) return [];
  return readKnown(word, body ?? null, text, objects) ?? opaque(text);
}

function readKnown(word: string, body: Json, text: string, objects: Objects): readonly Part[] | undefined {
  switch (word) {
    case "match":
      return isObject(body) ? readMatch(body).map((match) => matchPart(match, text)) : undefined;
    case "vmap":
      return isObject(body) ? readMap(body, text) : undefined;
    case "limit":
    case "quota":
    case "ct count":
      return readLimit(word, body, text, objects);
    case "mangle":
      return isObject(body) ? readMangle(body, text) : undefined;
    case "set":
    case "map":
    case "meter":
      return isObject(body) ? readUpdate(body, text, objects) : undefined;
    case "reject":
      return readRejection(body, text);
    case "dnat":
    case "snat":
    case "redirect":
    case "masquerade": {
      const read = readNat(word, body);
      return read && [...read.needs.map((match) => matchPart(match, text)), { do: "nat", nat: read.nat }];
    }
    case "notrack":
      return [{ do: "notrack" }];
    case "xt":
      return readXt(body, text);
  }
  return undefined;
}

function matchPart(match: Match, text: string): Part {
  return { do: "match", match, text };
}

function verdictPart(verdict: RuleVerdict): Part {
  return { do: "verdict", verdict };
}

function opaque(text: string): readonly Part[] {
  return [verdictPart({ kind: "opaque", text })];
}

function readMap({ key, data }: JsonObject, text: string): readonly Part[] | undefined {
  if (key === undefined || data === undefined) return undefined;
  const { expr, kinds, needs } = readExpr(key);
  const map = readMapRef(data, kinds, readVerdictMap);
  return map && [...needs.map((match) => matchPart(match, text)), { do: "vmap", key: expr, map }];
}

/** In its normal state a limit is not reached: what is within it holds, `over` does not. */
function readLimit(word: string, body: Json, text: string, objects: Objects): readonly Part[] | undefined {
  const limit = typeof body === "string" ? objects.get(`${word} ${body}`) : body;
  if (!isObject(limit)) return undefined;
  const isOver = limit["inv"] === true;
  if (word === "quota") return readQuota(limit, isOver, text);
  if (word === "ct count" && (numberIn(limit["val"]) ?? 0) < 1) return undefined;
  return [matchPart({ kind: "fixed", holds: !isOver, assumed: NOT_EXHAUSTED }, text)];
}

const UNITS: Readonly<Record<string, number>> = { bytes: 1, kbytes: 1024, mbytes: 1024 ** 2, gbytes: 1024 ** 3 };

function readQuota(quota: JsonObject, isOver: boolean, text: string): readonly Part[] | undefined {
  const unitOf = (name: string) => own(UNITS, textOf(quota[name]) ?? "bytes");
  const [unit, usedUnit] = [unitOf("val_unit"), unitOf("used_unit")];
  const size = numberIn(quota["val"] ?? quota["bytes"]);
  if (size === undefined || unit === undefined || usedUnit === undefined) return undefined;
  const isUsedUp = (numberIn(quota["used"]) ?? 0) * usedUnit >= size * unit;
  return [matchPart({ kind: "fixed", holds: isUsedUp === isOver, assumed: QUOTA }, text)];
}

const HARMLESS_KEYS: ReadonlySet<string> = new Set([
  "meta priority",
  "meta nftrace",
  "meta secmark",
  "ct event",
  "ct label",
  "ct secmark",
  "ip6 flowlabel",
  "tcp option",
]);

/** `meta mark set …`; addresses and ports that are written over make another packet of it. */
function readMangle({ key, value }: JsonObject, text: string): readonly Part[] | undefined {
  const [word, body] = (key !== undefined && entryOf(key)) || [];
  if (!isObject(body) || value === undefined) return undefined;
  const name =
    word === "payload" ? `${textOf(body["protocol"])} ${textOf(body["field"])}` : `${word} ${textOf(body["key"])}`;
  if (word === "tcp option" || HARMLESS_KEYS.has(name)) return guards(key!, text);
  if (/^ip6? (?:dscp|ecn|ttl|hoplimit)$/.test(name)) return readHeader(name, value, text);
  if (name !== "meta mark" && name !== "ct mark") return undefined;
  const { expr, needs } = readExpr(value);
  const of = name === "ct mark" ? "connection" : "packet";
  return [...needs.map((match) => matchPart(match, text)), { do: "mark", of, value: expr }];
}

function guards(key: Json, text: string): readonly Part[] {
  return readExpr(key).needs.map((match) => matchPart(match, text));
}

/** `ip dscp set af11`, `ip ttl set 64`. */
function readHeader(name: string, value: Json, text: string): readonly Part[] | undefined {
  const [protocol = "", what = ""] = name.split(" ");
  const needs = needsHeader(protocol).map((match) => matchPart(match, text));
  if (what === "ttl" || what === "hoplimit") return (numberIn(value) ?? 0) >= LEAST_TTL ? needs : undefined;
  const { expr } = readExpr(value, what === "dscp" ? "dscp" : "ecn");
  const service: Expr =
    expr.kind === "const" && typeof expr.value === "number"
      ? replaceBits(what === "dscp" ? 0xfc : 0x03, what === "dscp" ? expr.value << 2 : expr.value)
      : { kind: "between", lo: 0, hi: 255 };
  return [...needs, { do: "mark", of: "service", value: service }];
}

const constant = (value: number): Expr => ({ kind: "const", value });

function replaceBits(mask: number, value: number): Expr {
  const rest: Expr = {
    kind: "bits",
    op: "&",
    left: { kind: "field", field: "service" },
    right: constant(0xff & ~mask),
  };
  return { kind: "bits", op: "|", left: rest, right: constant(value) };
}

/** `add @set { ip saddr limit rate … }`: the set has the packet from here on, and what stands in it is asked. */
function readUpdate(body: JsonObject, text: string, objects: Objects): readonly Part[] | undefined {
  const key = body["elem"] ?? body["key"];
  const inner = isObject(key) && isObject(key["elem"]) ? key["elem"]["val"] : key;
  const statements = isList(body["stmt"]) ? body["stmt"] : body["stmt"] === undefined ? [] : [body["stmt"]];
  if (inner === undefined) return undefined;
  const { expr, needs } = readExpr(inner);
  const isThere: Match = { kind: "in", left: expr, set: { elements: EVERYTHING }, not: false };
  const parts: Part[] = [...needs, isThere].map((match) => matchPart(match, text));
  const set = textOf(body["set"] ?? body["map"]);
  const how = body["op"] === "delete" ? "delete" : "add";
  if (set?.startsWith("@")) parts.push({ do: "touch", set: set.slice(1), how });
  return [...parts, ...statements.flatMap((each) => readStatement(each, objects))];
}

const EVERYTHING = new ElementSet<unknown>([{ columns: [], data: true }]);

function readRejection(body: Json, text: string): readonly Part[] | undefined {
  const read = readReject(body);
  if (!read) return undefined;
  const needs = read.only === undefined ? [] : needsHeader(read.only);
  const { v4, v6 } = read;
  return [...needs.map((match) => matchPart(match, text)), verdictPart({ kind: "reject", v4, v6 })];
}

/** A match or a target of iptables: only iptables-save tells what it asks. */
function readXt(body: Json, text: string): readonly Part[] | undefined {
  if (!isObject(body)) return undefined;
  if (HARMLESS_XT.has(textOf(body["name"]) ?? "")) return [];
  return body["type"] === "match" ? [matchPart({ kind: "opaque", text }, text)] : undefined;
}
