import { fail } from "../../core/error.ts";
import type { CommandFound, Os } from "../../core/os.ts";
import type { HandoffWay } from "../../core/reserve-event.ts";
import type { ReserveRequest } from "../../core/reserve-request.ts";
import { usesPlaceholder } from "../placeholders.ts";
import { recognizeDialect } from "./dialects.ts";

/** What does the same without portguard's help. */
export const OVERRULE_HINT = "tell the command itself: `{port}` and `{host}` in it stand for what was reserved";

/** The ways to try, the best first; what is missing is missing for a reason. */
export interface WayChoice {
  readonly ways: readonly HandoffWay[];
  readonly refused: readonly { readonly way: HandoffWay; readonly because: string }[];
}

type Asked = Pick<ReserveRequest, "handoff" | "command" | "bind" | "ports">;

/** Whether the command gets another address or port than it asks for. */
export function overrules({ bind, ports }: Pick<ReserveRequest, "bind" | "ports">): boolean {
  return bind.length > 0 || ports.some(({ as }) => as !== undefined);
}

/**
 * Decides from the command and the system alone which ways of handing over to try. Throws HANDOFF_REFUSED where what was
 * asked can be had by one way only, and that one can't be had.
 */
export function chooseWays(request: Asked, os: Os["name"], found: Extract<CommandFound, { kind: "found" }>): WayChoice {
  const { handoff, command } = request;
  if (overrules(request)) {
    const because = refuseTakeover(os, command, found);
    if (because !== undefined)
      fail("HANDOFF_REFUSED", `--bind and --as are had by takeover only: ${because}`, OVERRULE_HINT);
    return { ways: ["takeover"], refused: [] };
  }
  if (handoff !== "auto") return { ways: [handoff], refused: [] };
  // Whoever writes {fd} into the command has chosen.
  if (usesPlaceholder(command, "fd")) return { ways: ["inherit"], refused: [] };
  const candidates: readonly { way: HandoffWay; because: string | undefined }[] = [
    { way: "takeover", because: refuseTakeover(os, command, found) },
    { way: "inherit", because: refuseInherit(os, command) },
    { way: "release", because: undefined },
  ];
  const ways = candidates.filter(({ because }) => because === undefined).map(({ way }) => way);
  const better = candidates.slice(
    0,
    candidates.findIndex(({ way }) => way === ways[0]),
  );
  return { ways, refused: better.flatMap(({ way, because }) => (because === undefined ? [] : [{ way, because }])) };
}

function refuseTakeover(os: Os["name"], command: readonly string[], found: { setuid: boolean }): string | undefined {
  if (os !== "linux") return "it needs Linux 5.9 or later";
  return found.setuid ? `${command[0]} changes its privileges (setuid), which takeover would forbid it` : undefined;
}

function refuseInherit(os: Os["name"], command: readonly string[]): string | undefined {
  if (os === "windows") return "a program can't be given a socket on Windows unless it was written for it";
  return recognizeDialect(command) ? undefined : `${command[0]} is not known to take an inherited socket`;
}
