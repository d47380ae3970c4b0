import { parseCidr } from "../core/cidr.ts";
import { type EntryStep, RULE_ENTRY_VERSION, type RuleEntry } from "../core/rule-journal.ts";
import { BACKENDS, parseRuleId } from "../core/rule-request.ts";

type Fields = Readonly<Record<string, unknown>>;
type Shape = (value: unknown) => boolean;

/** Reads a journal's file: the entry, or what is wrong with it. Its commands will be run, so nothing is taken on trust. */
export function parseRuleEntry(text: string): RuleEntry | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is not whole";
  }
  if (!isFields(value)) return "it is no entry";
  const { version } = value;
  if (version !== RULE_ENTRY_VERSION)
    return `it has version ${String(version)}, and this portguard knows ${RULE_ENTRY_VERSION}`;
  const wrong = Object.keys(ENTRY).find((key) => !ENTRY[key]!(value[key]));
  return wrong === undefined ? (value as unknown as RuleEntry) : `its \`${wrong}\` is not understood`;
}

const isText: Shape = (value) => typeof value === "string" && !value.includes("\0");
const isNumber: Shape = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isTime: Shape = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
const isWords: Shape = (value) => Array.isArray(value) && value.length > 0 && value.every(isText);

function optional(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

function oneOf(...values: readonly unknown[]): Shape {
  return (value) => values.includes(value);
}

function list(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

function object(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value) => isFields(value) && Object.entries(shapes).every(([key, shape]) => shape(value[key]));
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isPort: Shape = (value) => isNumber(value) && Number(value) <= 65_535;
const isId: Shape = (value) => typeof value === "string" && parseRuleId(value) === value;
const isNetwork: Shape = (value) => {
  if (!object({ prefix: isNumber, address: object({ family: oneOf(4, 6), text: isText, scopeId: isNumber }) })(value)) {
    return false;
  }
  const { address, prefix } = value as { address: { text: string }; prefix: number };
  return parseCidr(`${address.text}/${prefix}`) !== undefined;
};

const isSource: Shape = (value) =>
  object({ kind: oneOf("lan", "anywhere") })(value) || (object({ kind: oneOf("network") })(value) && isNetwork(value));

const NFT_PLACE = { family: oneOf("ip", "ip6", "inet", "arp", "bridge", "netdev"), table: isText };
const isRules = object({ ...NFT_PLACE, chain: isText, comment: isText });
const isCheck: Shape = (value) =>
  object({ kind: oneOf("succeeds"), argv: isWords })(value) ||
  object({ kind: oneOf("prints"), argv: isWords, line: optional(isText) })(value) ||
  object({ kind: oneOf("finds-rule"), rules: isRules })(value) ||
  object({ kind: oneOf("finds-set"), set: object({ ...NFT_PLACE, set: isText }) })(value);

const STEP = {
  argv: isWords,
  input: optional(isText),
  what: isText,
  risk: oneOf("none", "restart", "exposes", "weakens"),
  unless: optional(isCheck),
  when: optional(isCheck),
  each: optional(isRules),
  keeps: optional(isText),
} as const;
/** A step that takes another one back has nothing to take it back itself. */
const isUndo = object({ ...STEP, undo: (value) => Array.isArray(value) && value.length === 0 });

const STATES: readonly EntryStep["state"][] = ["waiting", "present", "doing", "done", "undone"];

const ENTRY: Readonly<Record<string, Shape>> = {
  id: isId,
  backend: oneOf(...BACKENDS),
  createdAt: isTime,
  until: optional(isTime),
  state: oneOf("applying", "applied", "reverting"),
  request: object({
    id: isId,
    action: oneOf("open", "close"),
    protocol: oneOf("tcp", "udp"),
    ports: object({ first: isPort, last: isPort }),
    from: isSource,
    interface: optional(isText),
    program: optional(isText),
    profile: optional(oneOf("domain", "private", "public")),
    forMs: optional(isNumber),
  }),
  steps: list(
    object({
      part: oneOf("apply", "persist"),
      step: object({ ...STEP, undo: list(isUndo) }),
      state: oneOf(...STATES),
      kept: optional(isText),
    }),
  ),
};
