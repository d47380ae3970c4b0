import type { Duplex } from "node:stream";
import type { Deadline } from "./deadline.ts";

/** Why nothing more is read. */
export type Ending =
  | { readonly why: "enough" }
  /** The other side has ended the connection in order. */
  | { readonly why: "closed" }
  /** `code`: the system's or the library's, `ECONNRESET`. */
  | { readonly why: "broken"; readonly code: string }
  /** The time is over; `quiet`: nothing had come for the latter half of it. */
  | { readonly why: "late"; readonly quiet: boolean };

/** Gives what comes to `take` until that has enough (or `until` settles), the connection ends, or the time is over. */
export function receive(
  from: Duplex,
  take: (bytes: Uint8Array) => boolean,
  deadline: Deadline,
  until?: Promise<unknown>,
): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let lastMs = deadline.passedMs;
  const isQuiet = () => deadline.passedMs - lastMs >= deadline.timeoutMs / 2;
  const timer = setTimeout(() => end({ why: "late", quiet: isQuiet() }), deadline.leftMs);
  const onData = (bytes: Uint8Array) => {
    lastMs = deadline.passedMs;
    if (take(bytes)) end({ why: "enough" });
  };
  const end = (ending: Ending) => {
    clearTimeout(timer);
    from.off("data", onData).pause();
    resolve(ending);
  };
  from.on("error", (error) => end({ why: "broken", code: codeOf(error) }));
  from.on("end", () => end({ why: "closed" })).on("close", () => end({ why: "closed" }));
  from.on("data", onData);
  void until?.finally(() => end({ why: "enough" })).catch(() => undefined);
  return promise;
}

/** The code of an error of a socket. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.message : String(error);
}
