import type { Match, Nat } from "../../model.ts";
import { readExpr } from "./expr.ts";
import { type Json, isObject } from "./json.ts";

export interface ReadNat {
  readonly nat: Nat;
  readonly needs: readonly Match[];
}

/** `{"dnat": {family, addr, port}}`; nothing where it is not understood. */
export function readNat(kind: Nat["kind"], body: Json): ReadNat | undefined {
  if (!isObject(body)) return body === null ? { nat: { kind }, needs: [] } : undefined;
  // Whole networks onto whole networks.
  if (body["type_flags"] !== undefined) return undefined;
  const address = body["addr"] === undefined ? undefined : readExpr(body["addr"]);
  const port = body["port"] === undefined ? undefined : readExpr(body["port"]);
  if (address?.expr.kind === "opaque" || port?.expr.kind === "opaque") return undefined;
  const given = body["family"];
  const family = given === "ip" ? 4 : given === "ip6" ? 6 : undefined;
  const nat: Nat = {
    kind,
    ...(family && { family }),
    ...(address && { address: address.expr }),
    ...(port && { port: port.expr }),
  };
  return { nat, needs: [...(address?.needs ?? []), ...(port?.needs ?? [])] };
}
