import { checkPortRequests } from "../../core/check-port-requests.ts";
import { parseDuration } from "../../core/duration.ts";
import { fail } from "../../core/error.ts";
import type { HoldRequest } from "../../core/os.ts";
import { parsePortWord } from "../../core/parse-port-request.ts";
import type { PortRequest } from "../../core/port-request.ts";
import { requireReservationName } from "../../core/reservation.ts";
import type { ColorMode } from "../../report/style.ts";
import { colorOf, refuseBoth, textOf, textsOf } from "../words/flag-values.ts";
import { FREE_FLAGS } from "./free-flags.ts";
import { type Invocation, parseArgs } from "../words/parse-args.ts";

/** A `free` command line, read. */
export interface FreeArgs {
  /** One for each port. */
  readonly requests: readonly HoldRequest[];
  /** Reservations all of whose ports are meant, too. */
  readonly names: readonly string[];
  readonly graceMs: number;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: ColorMode;
}

/** A range that was meant is shorter; one that was not would end half of what runs here. */
const MOST_PORTS = 100;

/** Reads what follows `portguard free`. Throws a PortguardError whose exit is 2. */
export function parseFreeArgs({ words, command }: Invocation): FreeArgs {
  const ports: PortRequest[] = [];
  const flags = parseArgs(
    words,
    { verb: "free", flags: FREE_FLAGS },
    (word) => void ports.push(...parsePortWord(word)),
  );
  if (command)
    fail("BAD_USAGE", "free runs no command", "`portguard reserve PORT --if-held stop -- CMD…` frees, then starts");
  const names = textsOf(flags, "name").map(requireReservationName);
  if (ports.length === 0 && names.length === 0)
    fail("BAD_USAGE", "no port is given", "say which one, as in `portguard free 8000`");
  checkPortRequests(ports);
  refuseBoth(flags, "json", "quiet");
  const udp = flags.has("udp");
  const requests = ports.flatMap((port) => expand(udp ? { ...port, protocol: "udp" } : port));
  if (requests.length > MOST_PORTS) {
    fail("BAD_USAGE", `${requests.length} ports are asked for`, `name ${MOST_PORTS} at most`);
  }
  return {
    requests,
    names,
    graceMs: parseDuration(textOf(flags, "grace") ?? "5s", "--grace"),
    yes: flags.has("yes"),
    dryRun: flags.has("dry-run"),
    json: flags.has("json"),
    quiet: flags.has("quiet"),
    color: colorOf(flags),
  };
}

function expand({ ports, protocol, hosts }: PortRequest): HoldRequest[] {
  switch (ports.kind) {
    case "any":
      return fail(
        "BAD_USAGE",
        "0 is any free port, which needs no freeing",
        "say which one, as in `portguard free 8000`",
      );
    case "one":
      return [{ protocol, hosts, port: ports.port }];
    case "range": {
      const { from, to } = ports;
      return Array.from({ length: to - from + 1 }, (_, index) => ({ protocol, hosts, port: from + index }));
    }
    case "first-of":
      return ports.among.map((port) => ({ protocol, hosts, port }));
  }
}
