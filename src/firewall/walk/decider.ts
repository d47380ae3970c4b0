import type { Chain, Rule, Table } from "../model.ts";

/** Who decided: a rule, a chain's policy, or the kernel itself. */
export type Decider =
  | { readonly kind: "rule"; readonly table: Table; readonly chain: Chain; readonly rule: Rule }
  | { readonly kind: "policy"; readonly table: Table; readonly chain: Chain }
  | { readonly kind: "kernel"; readonly text: string };
