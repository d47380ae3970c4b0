import type { Chain, Rule, Table } from "../model.ts";
import type { RuleRef } from "../verdict.ts";
import type { Decider } from "./decider.ts";

/** A rule as others may be told of it. */
export function refOf({ backend, family, name }: Table, chain: Chain, rule: Rule): RuleRef {
  const { position, handle, text } = rule;
  const at = { backend, family, table: name, chain: chain.name, position, text };
  return handle === undefined ? at : { ...at, handle };
}

/** Who decided, as a rule; nothing where it was the kernel itself. */
export function refOfDecider(by: Decider): RuleRef | undefined {
  switch (by.kind) {
    case "rule":
      return refOf(by.table, by.chain, by.rule);
    case "policy": {
      const { backend, family, name } = by.table;
      return { backend, family, table: name, chain: by.chain.name, text: policyText(by.table, by.chain) };
    }
    case "kernel":
      return undefined;
  }
}

function policyText({ backend }: Table, { name, base }: Chain): string {
  const policy = base?.policy ?? "accept";
  return backend === "nftables" ? `policy ${policy}` : `-P ${name} ${policy.toUpperCase()}`;
}
