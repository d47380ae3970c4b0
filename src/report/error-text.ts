import { PortguardError } from "../core/error.ts";
import { PortHeldError } from "../core/port-held-error.ts";
import { renderHolders } from "./holders-text.ts";
import { renderJson } from "./json.ts";
import type { Line } from "./write.ts";

/** Anything that was thrown, as a failure with a code and a hint; what we did not foresee becomes INTERNAL. */
export function toPortguardError(error: unknown): PortguardError {
  if (error instanceof PortguardError) return error;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const hint =
    "this is a fault of portguard: please report it, with the output of the same line under PORTGUARD_DEBUG=1";
  return new PortguardError("INTERNAL", `unexpected failure: ${what}`, hint, { cause: error });
}

/** What went wrong, the holders where there are some, then the hint; with `debug` the stack too. */
export function renderError(error: PortguardError, now: number, debug: boolean): readonly Line[] {
  const details = error instanceof PortHeldError ? renderHolders(error.holders, now) : [];
  const stack = debug ? stackOf(error) : [];
  return [
    { tone: "bad", text: error.what },
    ...[...details, ...stack].map((text) => ({ tone: "plain" as const, text })),
    { tone: "hint", text: error.hint },
  ];
}

/** The same for scripts: `{ schema, ok: false, error: { code, what, hint } }`, and `holders` where there are some. */
export function renderErrorJson(error: PortguardError): string {
  return renderJson({ ok: false, error: describeError(error) });
}

export function describeError(error: PortguardError): object {
  const { code, what, hint } = error;
  if (!(error instanceof PortHeldError)) return { code, what, hint };
  const { holders, reservation } = error;
  return { code, what, hint, holders, ...(reservation && { reservation }) };
}

function stackOf(error: PortguardError): readonly string[] {
  const source = error.cause instanceof Error ? error.cause : error;
  return (source.stack ?? "").split("\n").map((line) => `  ${line.trim()}`);
}
