import type { WindowsProfile } from "../../core/rule-request.ts";
import { type WindowsVerdict, evaluateWindows } from "./evaluate.ts";
import type { WindowsConnection, WindowsFirewall } from "./model.ts";

/** What takes a connection, in the eyes of the firewall; empty: nothing of it is known. */
export type WindowsServer = Pick<WindowsConnection, "program" | "aliases" | "service">;

/** A connection of which the kind of network, or who takes it, may not be settled. */
export interface WindowsQuestion {
  readonly connection: Omit<WindowsConnection, keyof WindowsServer | "profile">;
  /** Each that it may be; at least one. */
  readonly profiles: readonly WindowsProfile[];
  /** All that may take it; at least one. */
  readonly servers: readonly WindowsServer[];
}

export interface WindowsAnswer {
  readonly verdict: WindowsVerdict;
  /** The very connection that the verdict is about. */
  readonly asked: WindowsConnection;
}

/** Asks for each of them; where they don't all get the same, it is not known. */
export function judgeWindows(
  firewall: WindowsFirewall,
  { connection, profiles, servers }: WindowsQuestion,
): WindowsAnswer {
  const answers = profiles.flatMap((profile) =>
    servers.map((server): WindowsAnswer => {
      const asked = { ...connection, profile, ...server };
      return { asked, verdict: evaluateWindows(firewall, asked) };
    }),
  );
  const first = answers[0]!;
  const unknown = answers.find(({ verdict }) => verdict.kind === "unknown");
  const other = answers.find(({ verdict }) => verdict.kind !== first.verdict.kind);
  if (unknown) return unknown;
  if (!other) return first;
  return { ...first, verdict: { ...first.verdict, kind: "unknown", because: tellApart(first, other) } };
}

function tellApart(first: WindowsAnswer, other: WindowsAnswer): string {
  const [one, two] = [first, other].map(({ asked, verdict }) => `${nameOf(asked)}: ${verdict.because}`);
  return `it hangs on what is not settled here: ${one}; ${two}`;
}

function nameOf({ profile, program }: WindowsConnection): string {
  return `on a ${profile} network${program === undefined ? "" : `, for ${program}`}`;
}
