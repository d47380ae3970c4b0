import { parseCidr } from "../core/cidr.ts";
import { type EntryStep, RULE_ENTRY_VERSION, type RuleEntry } from "../core/rule-journal.ts";
import { BACKENDS, parseRuleId } from "../core/rule-request.ts";
import { isNumber, isPort, isText, isTime, list, object, oneOf, optional, parseFields, type Shape } from "./shapes.ts";

/** Reads a journal's file: the entry, or what is wrong with it. Its commands will be run, so nothing is taken on trust. */
export function parseRuleEntry(text: string): RuleEntry | string {
  return parseFields(text, RULE_ENTRY_VERSION, ENTRY) as RuleEntry | string;
}

const isWords: Shape = (value) => Array.isArray(value) && value.length > 0 && value.every(isText);
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
