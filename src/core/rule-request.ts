import type { Cidr } from "./cidr.ts";
import type { Protocol } from "./endpoint.ts";

/** Who carries a rule: `iptables` stands for ip6tables, too. */
export const BACKENDS = [
  "iptables",
  "nft",
  "ufw",
  "firewalld",
  "pf",
  "application-firewall",
  "netsh",
  "powershell",
] as const;
export type Backend = (typeof BACKENDS)[number];

/** What is to be let in, or kept out. */
export interface RuleRequest {
  /** By which the rule is found again, in its comment and in the journal. Built by `newRuleId` and `parseRuleId` only. */
  readonly id: string;
  readonly action: "open" | "close";
  readonly protocol: Protocol;
  /** Both ends included, `first` ≤ `last`. */
  readonly ports: { readonly first: number; readonly last: number };
  readonly from: RuleSource;
  /** Only what comes in by this interface. */
  readonly interface?: string;
  /** Only for this program, by its path (Windows, the application firewall of macOS). */
  readonly program?: string;
  /** Windows: only while the network is of this kind. */
  readonly profile?: WindowsProfile;
  /** How long it is to stay, in milliseconds; nothing: until it is taken back. */
  readonly forMs?: number;
}

export type RuleSource =
  /** The networks that this machine itself is on. */
  { readonly kind: "lan" } | { readonly kind: "anywhere" } | ({ readonly kind: "network" } & Cidr);

export type WindowsProfile = "domain" | "private" | "public";

/** The word by which a rule of ours is known wherever a rule has a comment. */
export function ruleMark(id: string): string {
  return `portguard:${id}`;
}

/** Eight letters and digits, from 40 random bits. */
export function newRuleId(): string {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => letters[byte & 31]).join("");
}

/** An id as it may be typed, or stand in a file's name; nothing where it can't be one. */
export function parseRuleId(text: string): string | undefined {
  return /^[a-z0-9]{1,32}$/.test(text) ? text : undefined;
}

/** `8000`, or `8000-8010` with the tool's own sign between. */
export function formatPorts({ first, last }: RuleRequest["ports"], between: string): string {
  return first === last ? String(first) : `${first}${between}${last}`;
}
