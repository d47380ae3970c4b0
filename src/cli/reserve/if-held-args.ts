import { parseDuration } from "../../core/duration.ts";
import { fail } from "../../core/error.ts";
import type { PortRequest } from "../../core/port-request.ts";
import type { ReserveRequest } from "../../core/reserve-request.ts";
import { textOf } from "../words/flag-values.ts";
import type { FlagValues } from "../words/parse-args.ts";

/** The ports that `next` tries, as a bare --auto. */
const NEXT = 10;
const WAYS = "it is fail, wait, wait=30s, next, reuse, stop-orphan or stop";

type IfHeld = Pick<ReserveRequest, "auto" | "waitMs" | "ifHeld">;

/** What --if-held and --auto say. Throws BAD_USAGE, BAD_DURATION. */
export function readIfHeld(flags: FlagValues, auto: number, ports: readonly PortRequest[]): IfHeld {
  const text = textOf(flags, "if-held") ?? "fail";
  const wait = /^wait(?:=(.*))?$/s.exec(text);
  const asked: IfHeld = wait
    ? { auto, waitMs: parseDuration(wait[1] ?? "30s", "--if-held") }
    : { auto, waitMs: 0, ...readWay(text, flags.has("yes")) };
  if (flags.has("auto") && text !== "fail" && text !== "reuse" && (asked.waitMs > 0 || !wait)) {
    const does = wait ? "waits for this one" : text === "next" ? "does so, too" : "is about this one";
    fail("BAD_USAGE", `--auto takes another port, --if-held ${text.split("=")[0]} ${does}`, "leave one of them out");
  }
  if (flags.has("yes") && text !== "stop") {
    fail("BAD_USAGE", "--yes is for --if-held stop, which asks", "leave it out");
  }
  if (text === "reuse") refuseManyPorts(ports);
  return asked;
}

function readWay(text: string, yes: boolean): Partial<IfHeld> {
  switch (text) {
    case "fail":
      return {};
    case "next":
      return { auto: NEXT };
    case "reuse":
      return { ifHeld: { kind: "reuse" } };
    case "stop-orphan":
      return { ifHeld: { kind: "stop-orphan" } };
    case "stop":
      return { ifHeld: { kind: "stop", yes } };
    default:
      return fail("BAD_USAGE", `\`${text}\` is not a way for --if-held`, WAYS);
  }
}

/** What is there already has to be all that was asked for. */
function refuseManyPorts([port, ...more]: readonly PortRequest[]): void {
  if (port?.ports.kind === "one" && more.length === 0 && port.protocol === "tcp") return;
  fail("BAD_USAGE", "--if-held reuse is about one TCP port", "name that port alone, as in 8000");
}
