/** A fact, or why it could not be had: what was not seen is never taken for seen. */
export type Seen<T> =
  | { readonly kind: "seen"; readonly value: T }
  /** `because` completes "could not be checked: …"; `hint` says how it could be. */
  | { readonly kind: "unseen"; readonly because: string; readonly hint?: string };

export function seen<T>(value: T): Seen<T> {
  return { kind: "seen", value };
}

export function unseen(because: string, hint?: string): Seen<never> {
  return { kind: "unseen", because, ...(hint !== undefined && { hint }) };
}

/** The value, or nothing where it was not seen. */
export function valueOf<T>(fact: Seen<T> | undefined): T | undefined {
  return fact?.kind === "seen" ? fact.value : undefined;
}
