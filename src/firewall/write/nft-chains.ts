import type { NftFamily, NftRules, NftSet } from "../../core/step.ts";

/** A base chain of type filter that hooks input. */
export interface InputChain {
  readonly family: NftFamily;
  readonly table: string;
  readonly name: string;
  /** Whether anything could be refused by it or by a chain that it leads to. */
  readonly refuses: boolean;
  /** The program whose table it is: rules of others in there are overwritten, or do harm. */
  readonly managedBy?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The base chains of `nft -j list ruleset` that hook input and take IP packets, the earliest priority first. */
export function findInputChains(ruleset: unknown): readonly InputChain[] {
  const objects = objectsOf(ruleset);
  const rules = objects.flatMap(({ rule }) => (isFields(rule) ? [rule] : []));
  return objects
    .flatMap(({ chain }) => (isFields(chain) && isInput(chain) ? [chain] : []))
    .toSorted((a, b) => Number(a["prio"]) - Number(b["prio"]))
    .map((chain) => {
      const managedBy = managerOf(chain);
      return {
        family: chain["family"] as NftFamily,
        table: String(chain["table"]),
        name: String(chain["name"]),
        refuses: chain["policy"] === "drop" || mayRefuse(chain, rules),
        ...(managedBy !== undefined && { managedBy }),
      };
    });
}

/** The handles of the rules with this comment; empty where there are none, or the chain is gone. */
export function findRules(ruleset: unknown, wanted: NftRules): readonly number[] {
  return objectsOf(ruleset).flatMap(({ rule }) => {
    if (!isFields(rule) || rule["comment"] !== wanted.comment || typeof rule["handle"] !== "number") return [];
    const isThere =
      rule["family"] === wanted.family && rule["table"] === wanted.table && rule["chain"] === wanted.chain;
    return isThere ? [rule["handle"]] : [];
  });
}

export function hasSet(ruleset: unknown, wanted: NftSet): boolean {
  return objectsOf(ruleset).some(
    ({ set }) =>
      isFields(set) && set["family"] === wanted.family && set["table"] === wanted.table && set["name"] === wanted.set,
  );
}

function objectsOf(ruleset: unknown): readonly Fields[] {
  const list = isFields(ruleset) ? ruleset["nftables"] : undefined;
  return Array.isArray(list) ? list.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isInput({ type, hook, family }: Fields): boolean {
  return type === "filter" && hook === "input" && ["ip", "ip6", "inet"].includes(String(family));
}

/** Statements behind which a packet may be refused, in this chain or in another one. */
const REFUSING = new Set(["drop", "reject", "jump", "goto", "vmap", "queue", "xt"]);

function mayRefuse({ family, table, name }: Fields, rules: readonly Fields[]): boolean {
  return rules.some(
    (rule) =>
      rule["family"] === family &&
      rule["table"] === table &&
      rule["chain"] === name &&
      Array.isArray(rule["expr"]) &&
      rule["expr"].some((part) => isFields(part) && Object.keys(part).some((key) => REFUSING.has(key))),
  );
}

/** iptables-nft keeps its chains under the names and in the families of old; the others have tables of their own. */
function managerOf({ family, table, name }: Fields): string | undefined {
  const manager = MANAGED_TABLES.find(({ pattern }) => pattern.test(String(table)));
  if (manager) return manager.by;
  return family !== "inet" && name === "INPUT" && XT_TABLES.has(String(table)) ? "iptables" : undefined;
}

const XT_TABLES = new Set(["filter", "mangle", "raw", "security", "nat"]);
const MANAGED_TABLES = [
  { pattern: /^firewalld/, by: "firewalld" },
  { pattern: /^f2b-/, by: "fail2ban" },
  { pattern: /^docker-/, by: "docker" },
  { pattern: /^kube-proxy/, by: "kube-proxy" },
  { pattern: /^libvirt_/, by: "libvirt" },
  { pattern: /^netavark/, by: "podman" },
] as const;
