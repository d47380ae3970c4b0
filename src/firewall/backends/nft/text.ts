import { type Json, type JsonObject, entryOf, isList, isObject, textOf } from "./json.ts";

/** A statement as nft itself would print it, near enough to be found in its listing. */
export function renderStatement(json: Json): string {
  const [word, body] = entryOf(json) ?? ["?", json];
  if (!isObject(body)) return renderPlain(word, body);
  switch (word) {
    case "match":
      return renderMatch(body);
    case "vmap":
      return `${renderExpr(body["key"])} vmap ${renderExpr(body["data"])}`;
    case "jump":
    case "goto":
      return `${word} ${textOf(body["target"])}`;
    case "mangle":
      return `${renderExpr(body["key"])} set ${renderExpr(body["value"])}`;
    case "reject":
      return renderReject(body);
    case "log":
      return body["prefix"] === undefined ? "log" : `log prefix "${textOf(body["prefix"])}"`;
    case "limit":
      return `limit rate${renderOver(body)} ${renderExpr(body["rate"])}/${textOf(body["per"])}`;
    case "ct count":
      return `ct count${renderOver(body)} ${renderExpr(body["val"])}`;
    case "quota":
      return `quota${renderOver(body)} ${renderExpr(body["val"])} ${textOf(body["val_unit"]) ?? "bytes"}`;
    case "set":
      return `${textOf(body["op"])} ${textOf(body["set"])} { ${renderExpr(body["elem"])}${renderInner(body["stmt"])} }`;
    case "meter":
      return `meter ${textOf(body["name"])} { ${renderExpr(body["key"])}${renderInner(body["stmt"])} }`;
    case "dnat":
    case "snat":
    case "redirect":
    case "masquerade":
    case "tproxy":
      return renderNat(word, body);
    case "counter":
      return "counter";
    case "xt":
      return `xt ${textOf(body["type"])} ${textOf(body["name"])}`;
  }
  return `${word} ${JSON.stringify(body)}`;
}

function renderPlain(word: string, body: Json): string {
  if (body === null) return word;
  return `${word} ${typeof body === "object" ? JSON.stringify(body) : body}`;
}

function renderOver(body: JsonObject): string {
  return body["inv"] === true ? " over" : "";
}

function renderInner(statements: Json | undefined): string {
  if (statements === undefined) return "";
  return ` ${(isList(statements) ? statements : [statements]).map(renderStatement).join(" ")}`;
}

function renderReject(body: JsonObject): string {
  const type = textOf(body["type"]);
  if (type === undefined) return "reject";
  return type === "tcp reset" ? "reject with tcp reset" : `reject with ${type} ${textOf(body["expr"])}`;
}

function renderNat(word: string, body: JsonObject): string {
  const address = body["addr"] === undefined ? "" : renderExpr(body["addr"]);
  const port = body["port"] === undefined ? "" : `:${renderExpr(body["port"])}`;
  const family = textOf(body["family"]);
  const to = address === "" && port === "" ? "" : ` to ${address.includes(":") ? `[${address}]` : address}${port}`;
  return `${word}${family === undefined ? "" : ` ${family}`}${to}`;
}

const SILENT_OPERATORS: ReadonlySet<string> = new Set(["==", "in"]);

export function renderMatch({ op, left, right }: JsonObject): string {
  const isThere = isObject(left) && typeof right === "boolean";
  const isName = isObject(left) && left["meta"] !== undefined && /"[io]if(?:name)?"/.test(JSON.stringify(left["meta"]));
  const value = isThere ? (right ? "exists" : "missing") : renderExpr(right, isName);
  const sign = textOf(op) ?? "==";
  return [renderExpr(left), SILENT_OPERATORS.has(sign) ? "" : sign, value].filter(Boolean).join(" ");
}

/** Without `meta` where nft prints none. */
const BARE_META: ReadonlySet<string> = new Set([
  "iif",
  "iifname",
  "oif",
  "oifname",
  "iifgroup",
  "oifgroup",
  "iiftype",
  "oiftype",
]);

/** An expression or a value; names of interfaces in quotes. */
export function renderExpr(json: Json | undefined, isName = false): string {
  if (json === undefined || json === null) return "";
  if (typeof json === "string") return isName && !json.startsWith("@") ? `"${json}"` : json;
  if (isList(json)) return json.map((each) => renderExpr(each, isName)).join(",");
  const [word, body] = entryOf(json) ?? [];
  if (typeof json !== "object" || word === undefined || body === undefined) return JSON.stringify(json);
  if (isList(body)) return renderList(word, body, isName);
  return isObject(body) ? renderObject(word, body) : JSON.stringify(json);
}

function renderList(word: string, parts: readonly Json[], isName: boolean): string {
  switch (word) {
    case "set":
      return `{ ${parts.map((part) => renderElement(part, isName)).join(", ")} }`;
    case "concat":
      return parts.map((part) => renderExpr(part)).join(" . ");
    case "range":
      return parts.map((part) => renderExpr(part)).join("-");
  }
  return parts.map((part) => renderExpr(part)).join(` ${word} `);
}

function renderElement(part: Json, isName: boolean): string {
  if (!isList(part)) return renderExpr(part, isName);
  const [key = null, value = null] = part;
  const isVerdict = isObject(value) && /^(?:accept|drop|return|continue|jump|goto)$/.test(Object.keys(value)[0] ?? "");
  return `${renderExpr(key, isName)} : ${isVerdict ? renderStatement(value) : renderExpr(value)}`;
}

function renderObject(word: string, body: JsonObject): string {
  switch (word) {
    case "payload":
      return body["protocol"] === undefined
        ? `@${textOf(body["base"])},${renderExpr(body["offset"])},${renderExpr(body["len"])}`
        : `${textOf(body["protocol"])} ${textOf(body["field"])}`;
    case "meta": {
      const key = textOf(body["key"]) ?? "";
      return BARE_META.has(key) ? key : `meta ${key}`;
    }
    case "ct":
      return ["ct", textOf(body["dir"]), textOf(body["key"])].filter(Boolean).join(" ");
    case "fib": {
      const flags = isList(body["flags"]) ? body["flags"].map((flag) => textOf(flag)) : [textOf(body["flags"])];
      return `fib ${flags.join(" . ")} ${textOf(body["result"])}`;
    }
    case "prefix":
      return `${textOf(body["addr"])}/${renderExpr(body["len"])}`;
    case "map":
      return `${renderExpr(body["key"])} map ${renderExpr(body["data"])}`;
    case "elem":
      return renderExpr(body["val"]);
    case "numgen":
      return `numgen ${textOf(body["mode"])} mod ${renderExpr(body["mod"])}`;
    case "tcp option":
    case "ip option":
    case "exthdr":
      return `${word} ${textOf(body["name"])} ${textOf(body["field"]) ?? ""}`.trimEnd();
  }
  return `${word} ${JSON.stringify(body)}`;
}
