import { freePort } from "../drive/free-port.ts";
import { drive, type LoggedEvent, type Run } from "../drive.ts";
import { FORMS, openForms } from "./forms.ts";

/** `portguard reserve` without a command, once it holds. Dispose of it to end it. */
export async function hold(args: readonly string[]): Promise<Held> {
  const run = drive({ args: ["reserve", ...args] });
  try {
    return new Held(run, await run.event("held"));
  } catch (error) {
    await run[Symbol.asyncDispose]();
    throw error;
  }
}

class Held implements AsyncDisposable {
  constructor(
    readonly run: Run,
    readonly event: LoggedEvent,
  ) {}

  get ports(): readonly { readonly name?: string; readonly port: number }[] {
    return this.event["ports"] as Held["ports"];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.run[Symbol.asyncDispose]();
  }
}

/** The first of so many ports in a row that are all free. */
export function freeRun(length: number): number {
  for (;;) {
    const first = freePort();
    const others = Array.from({ length: length - 1 }, (_, index) => first + 1 + index);
    if (others.every((port) => openForms(port).length === FORMS.length)) return first;
  }
}
