import { type Address, isAny, parseAddress } from "../../core/address.ts";
import { fail } from "../../core/error.ts";
import type { LaunchSpec } from "../../core/os.ts";
import type { Overrule } from "../../core/overrule.ts";
import type { HandoffWay } from "../../core/reserve-event.ts";
import type { ReserveRequest } from "../../core/reserve-request.ts";
import type { HeldRequest } from "../acquire.ts";
import { commandEnvironment } from "../command-env.ts";
import { fillPlaceholders, hostOf, type PlaceholderValues } from "../placeholders.ts";
import type { Dialect } from "./dialect.ts";
import { dialectFor } from "./dialects.ts";

/** How many clients may wait until the server sets its own queue; an unusual number, so that the change shows. */
export const BACKLOG = 97;
const FIRST_FD = 3;

type Prepared = Pick<LaunchSpec, "argv" | "env" | "way">;

/**
 * Readies the ports and the command line for one way of handing over. By inherit the sockets listen from here on, by
 * release the holds are let go: call it at the last moment.
 */
export function prepareHandoff(way: HandoffWay, request: ReserveRequest, held: readonly HeldRequest[]): Prepared {
  const env = commandEnvironment(process.env, held, request.envName);
  const argv = () => fillPlaceholders(request.command, held.map(placeholdersOf));
  switch (way) {
    case "takeover":
      return {
        argv: argv(),
        env,
        way: { kind: "takeover", holds: held.map(({ hold }) => hold), overrule: overruleOf(request, held) },
      };
    case "inherit":
      return prepareInherit(request, held, env);
    case "release": {
      const released = { argv: argv(), env, way: { kind: "release" } } as const;
      for (const { hold } of held) hold.release();
      return released;
    }
  }
}

function prepareInherit(request: ReserveRequest, held: readonly HeldRequest[], env: Record<string, string>): Prepared {
  const dialect = dialectFor(request.command);
  const values = held.map((each, index) => ({ ...placeholdersOf(each), fd: FIRST_FD + index }));
  const adapted = dialect.adapt(fillPlaceholders(request.command, values), values);
  const backlog = request.backlog ?? BACKLOG;
  const listeners = held.map(({ request: { hosts }, hold }) =>
    hold.listenOn(addressFor(dialect, request.command, hosts), backlog),
  );
  return {
    argv: adapted.argv,
    env: { ...env, ...adapted.env },
    way: {
      kind: "inherit",
      fds: listeners.map(({ fd }) => fd),
      at: listeners.map(({ at }) => at),
      listenPid: adapted.listenPid,
    },
  };
}

/** What the command gets instead of what it asks for, now that the ports are known. */
function overruleOf({ bind }: ReserveRequest, held: readonly HeldRequest[]): Overrule {
  const as = held.flatMap(({ request: { as: believed }, hold: { port, protocol } }) =>
    believed === undefined ? [] : [{ protocol, believed, port }],
  );
  return { bind, as };
}

/** Where an inherited socket listens: as the command line asks, else where we were told to hold, else the server's default. */
function addressFor(dialect: Dialect, command: readonly string[], hosts: "every" | readonly Address[]): Address {
  const asked = dialect.askedHost?.(command);
  const text = asked === "localhost" ? "127.0.0.1" : asked;
  const address = text === undefined ? undefined : parseAddress(text);
  if (text !== undefined && !address) {
    fail("HANDOFF_REFUSED", `\`${asked}\` can't be listened on for the command`, "give the command an IP address");
  }
  if (address) return address;
  const told = hosts === "every" ? undefined : (hosts.find(isAny) ?? hosts[0]);
  return told ?? parseAddress(dialect.defaultHost)!;
}

function placeholdersOf({ request, hold }: HeldRequest): PlaceholderValues {
  return { ...(request.name !== undefined && { name: request.name }), port: hold.port, host: hostOf(request) };
}
