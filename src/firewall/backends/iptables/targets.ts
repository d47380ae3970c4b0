import { addressInterval, portInterval } from "../../addresses.ts";
import type { Interval } from "../../elements.ts";
import type { Expr, Nat, Part, RuleVerdict } from "../../model.ts";
import type { Reject } from "../../reject.ts";
import { field, readMarkMask } from "./reader.ts";
import type { Clause } from "./words.ts";
import { own } from "../../own.ts";
import { LEAST_TTL } from "../../walk/header-fields.ts";

/** They let the packet go on as it is, as far as a connection's fate goes. */
const HARMLESS: ReadonlySet<string> = new Set([
  "LOG",
  "NFLOG",
  "ULOG",
  "TRACE",
  "AUDIT",
  "CHECKSUM",
  "CLASSIFY",
  "TCPMSS",
  "TCPOPTSTRIP",
  "ECN",
  "SECMARK",
  "CONNSECMARK",
  "RATEEST",
  "IDLETIMER",
  "LED",
  "TEE",
]);

const REJECTS: Readonly<Record<string, Reject>> = {
  "tcp-reset": "tcp-reset",
  "icmp-net-unreachable": "net-unreachable",
  "icmp-host-unreachable": "host-unreachable",
  "icmp-proto-unreachable": "protocol-unreachable",
  "icmp-port-unreachable": "port-unreachable",
  "icmp-net-prohibited": "net-prohibited",
  "icmp-host-prohibited": "host-prohibited",
  "icmp-admin-prohibited": "admin-prohibited",
  "icmp6-no-route": "no-route",
  "icmp6-adm-prohibited": "admin-prohibited",
  "icmp6-addr-unreachable": "address-unreachable",
  "icmp6-port-unreachable": "port-unreachable",
  "icmp6-policy-fail": "policy-fail",
  "icmp6-reject-route": "reject-route",
};

/** What a target does. `chains`: names that are chains of the same table. */
export function readTarget(clause: Clause, chains: ReadonlySet<string>): readonly Part[] {
  const { name } = clause;
  if (clause.kind === "goto") return [verdict({ kind: "goto", chain: name })];
  if (chains.has(name)) return [verdict({ kind: "jump", chain: name })];
  if (HARMLESS.has(name)) return [];
  switch (name) {
    case "ACCEPT":
      return [verdict({ kind: "accept" })];
    case "DROP":
      return [verdict({ kind: "drop" })];
    case "RETURN":
      return [verdict({ kind: "return" })];
    case "REJECT": {
      const reject = own(REJECTS, valueOf(clause, "reject-with") ?? "icmp-port-unreachable");
      return reject ? [verdict({ kind: "reject", v4: reject, v6: reject })] : opaque(clause);
    }
    case "MARK":
    case "CONNMARK":
      return readMarking(clause) ?? opaque(clause);
    case "DNAT":
    case "SNAT":
    case "REDIRECT":
    case "MASQUERADE":
      return readNat(clause) ?? opaque(clause);
    case "TOS":
    case "DSCP":
      return readService(clause) ?? opaque(clause);
    case "TTL":
    case "HL":
      return isStillUsual(clause) ? [] : opaque(clause);
    case "NOTRACK":
      return [{ do: "notrack" }];
    case "CT":
      return readCt(clause);
    case "SET":
      return readSetTarget(clause) ?? opaque(clause);
  }
  return opaque(clause);
}

function verdict(of: RuleVerdict): Part {
  return { do: "verdict", verdict: of };
}

function opaque({ text }: Clause): readonly Part[] {
  return [verdict({ kind: "opaque", text })];
}

function valueOf({ options }: Clause, wanted: string): string | undefined {
  return options.find(({ name }) => name === wanted)?.values[0];
}

const constant = (value: number): Expr => ({ kind: "const", value: value >>> 0 });
const bits = (op: "&" | "^", left: Expr, mask: number): Expr => ({ kind: "bits", op, left, right: constant(mask) });

/** `--set-xmark VALUE/MASK`: the bits of the mask are cleared, then the value is xored in. */
function readMarking(clause: Clause): readonly Part[] | undefined {
  const of = clause.name === "MARK" ? "packet" : "connection";
  const [packet, connection] = [field("mark"), field("ct mark")];
  const mask = (name: string) => readMarkMask(valueOf(clause, name) ?? "0xffffffff")?.value;
  const verb = clause.options.find(({ name }) => name.endsWith("-mark") || name === "set-xmark")?.name;
  const [nf, ct] = [mask("nfmask"), mask("ctmask")];
  if (nf === undefined || ct === undefined) return undefined;
  switch (verb) {
    case "set-xmark": {
      const read = readMarkMask(valueOf(clause, verb));
      const left = of === "packet" ? packet : connection;
      return read && [{ do: "mark", of, value: bits("^", bits("&", left, ~read.mask), read.value) }];
    }
    case "save-mark":
      return [{ do: "mark", of, value: mix(bits("&", connection, ~ct), bits("&", packet, nf)) }];
    case "restore-mark":
      // Without a connection there is no mark to restore, and the packet goes on.
      return [{ do: "mark", of: "packet", value: mix(bits("&", packet, ~nf), bits("&", connection, ct)) }];
    case undefined:
    default:
      return undefined;
  }
}

function mix(left: Expr, right: Expr): Expr {
  return { kind: "bits", op: "^", left, right };
}

/** `10.0.0.1-10.0.0.5:80-90`, `[fd00::1]:80`, `:80`. */
function readNat(clause: Clause): readonly Part[] | undefined {
  const kind = clause.name.toLowerCase() as Nat["kind"];
  const given = valueOf(clause, { dnat: "to-destination", snat: "to-source" }[kind as string] ?? "to-ports");
  if (given === undefined) return [{ do: "nat", nat: { kind } }];
  if (kind === "redirect" || kind === "masquerade") {
    const port = portInterval(given, "-");
    return port && [{ do: "nat", nat: { kind, port: exprOf(port) } }];
  }
  const [, v6, v4 = "", ports] =
    /^(?:\[(.*)\]|([^:]*|[0-9a-f:]*:[0-9a-f:.-]*))(?::([\d-]+))?(?:\/\d+)?$/i.exec(given) ?? [];
  const place = v6 ?? v4;
  const address = place === "" ? undefined : addressInterval(place);
  const port = ports === undefined ? undefined : portInterval(ports, "-");
  if ((place !== "" && !address) || (ports !== undefined && !port) || given.includes("/")) return undefined;
  const nat: Nat = { kind, ...(address && { address: exprOf(address) }), ...(port && { port: exprOf(port) }) };
  return [{ do: "nat", nat }];
}

function exprOf(interval: Interval): Expr {
  if (!("lo" in interval)) return { kind: "opaque", text: "" };
  const { lo, hi } = interval;
  return lo === hi ? { kind: "const", value: lo } : { kind: "between", lo, hi };
}

/** `--set-tos 0x10/0xff`, `--set-dscp 0x0a`: bits that are cleared, and what is xored in then. */
function readService(clause: Clause): readonly Part[] | undefined {
  const tos = readMarkMask(valueOf(clause, "set-tos"));
  const dscp = readMarkMask(valueOf(clause, "set-dscp"));
  const read = dscp ? { value: dscp.value << 2, mask: 0xfc } : tos;
  if (!read) return undefined;
  const value = bits("^", bits("&", field("service"), ~read.mask & 0xff), read.value & 0xff);
  return [{ do: "mark", of: "service", value }];
}

/** What stays above what a packet may have by itself gets where it is sent to. */
function isStillUsual(clause: Clause): boolean {
  const set = valueOf(clause, "ttl-set") ?? valueOf(clause, "hl-set");
  if (set !== undefined) return Number(set) >= LEAST_TTL;
  return clause.options.some(({ name }) => name === "ttl-inc" || name === "hl-inc");
}

/** Helpers, events and timeouts change nothing for the first packet; zones would. */
function readCt(clause: Clause): readonly Part[] {
  const names = clause.options.map(({ name }) => name);
  if (names.includes("notrack")) return [{ do: "notrack" }];
  return names.some((name) => name.startsWith("zone")) ? opaque(clause) : [];
}

function readSetTarget(clause: Clause): readonly Part[] | undefined {
  const [first] = clause.options;
  const how = own<"add" | "delete">({ "add-set": "add", "del-set": "delete" }, first?.name ?? "");
  return how && [{ do: "touch", set: `ipset ${first!.values[0]}`, how }];
}
