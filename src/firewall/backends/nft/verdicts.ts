import type { RuleVerdict } from "../../model.ts";
import type { Reject } from "../../reject.ts";
import { type Json, entryOf, isObject, textOf } from "./json.ts";
import { own } from "../../own.ts";

/** `{"accept": null}`, `{"jump": {"target": "c"}}`; nothing where it is no verdict. */
export function readVerdict(json: Json): RuleVerdict | undefined {
  const [word, body] = entryOf(json) ?? [];
  switch (word) {
    case "accept":
    case "drop":
    case "return":
    case "continue":
      return { kind: word };
    case "jump":
    case "goto": {
      const chain = isObject(body) ? textOf(body["target"]) : undefined;
      return chain === undefined ? undefined : { kind: word, chain };
    }
    case undefined:
    default:
      return undefined;
  }
}

/** By type and name, as nft prints them; `icmpx` is told in each family's own words. */
const REJECTS: Readonly<Record<string, Reject>> = {
  "icmp net-unreachable": "net-unreachable",
  "icmp host-unreachable": "host-unreachable",
  "icmp prot-unreachable": "protocol-unreachable",
  "icmp port-unreachable": "port-unreachable",
  "icmp net-prohibited": "net-prohibited",
  "icmp host-prohibited": "host-prohibited",
  "icmp admin-prohibited": "admin-prohibited",
  "icmpv6 no-route": "no-route",
  "icmpv6 admin-prohibited": "admin-prohibited",
  "icmpv6 addr-unreachable": "address-unreachable",
  "icmpv6 port-unreachable": "port-unreachable",
  "icmpv6 policy-fail": "policy-fail",
  "icmpv6 reject-route": "reject-route",
};

const BY_FAMILY: Readonly<Record<string, readonly [v4: Reject, v6: Reject]>> = {
  "port-unreachable": ["port-unreachable", "port-unreachable"],
  "admin-prohibited": ["admin-prohibited", "admin-prohibited"],
  "no-route": ["net-unreachable", "no-route"],
  "host-unreachable": ["host-unreachable", "address-unreachable"],
};

export interface ReadReject {
  /** Which packets it rejects; the others go past it. */
  readonly only?: "tcp" | "ip" | "ip6";
  readonly v4: Reject;
  readonly v6: Reject;
}

/** Nothing where it is not understood. */
export function readReject(body: Json): ReadReject | undefined {
  if (!isObject(body)) return { v4: "port-unreachable", v6: "port-unreachable" };
  const [type, name] = [textOf(body["type"]) ?? "icmpx", textOf(body["expr"]) ?? "port-unreachable"];
  if (type === "tcp reset") return { only: "tcp", v4: "tcp-reset", v6: "tcp-reset" };
  if (type === "icmpx") {
    const both = own(BY_FAMILY, name);
    return both && { v4: both[0], v6: both[1] };
  }
  const reject = own(REJECTS, `${type} ${name}`);
  return reject && { only: type === "icmp" ? "ip" : "ip6", v4: reject, v6: reject };
}
