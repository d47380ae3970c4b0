import type { Address } from "../../core/address.ts";
import { fail } from "../../core/error.ts";
import { parseHost } from "../../core/parse-port-request.ts";
import type { PortRequest } from "../../core/port-request.ts";
import { refuseBoth, textOf, textsOf } from "../words/flag-values.ts";
import type { FlagValues, Invocation } from "../words/parse-args.ts";

/** What `--bind` keeps the command to, at most one address a family. Throws BAD_USAGE, BAD_ADDRESS. */
export function readBind(flags: FlagValues, command: Invocation["command"]): readonly Address[] {
  const bind = textsOf(flags, "bind").flatMap(parseHost);
  for (const name of ["bind", "as"]) if (flags.has(name)) refuseOtherWays(`--${name}`, flags, command ?? []);
  refuseBoth(flags, "bind", "host", "both name addresses: what --bind needs is held by itself");
  const families = bind.map(({ family }) => family);
  const twice = families.find((family, index) => families.indexOf(family) !== index);
  if (twice !== undefined)
    fail(
      "BAD_USAGE",
      `--bind names two IPv${twice} addresses`,
      "a socket is bound to one: name one of each family at most",
    );
  return bind;
}

function refuseOtherWays(flag: string, flags: FlagValues, command: readonly string[]): void {
  const way = textOf(flags, "handoff") ?? "auto";
  if (way !== "auto" && way !== "takeover")
    fail("BAD_USAGE", `${flag} is had by takeover only, not by ${way}`, "leave out --handoff");
  if (command.some((word) => word.includes("{fd}")))
    fail("BAD_USAGE", `${flag} is had by takeover only, and {fd} asks for inherit`, `leave out one of them`);
}

/** Refuses a port word that says its address itself. Throws BAD_USAGE. */
export function refuseOwnHosts(ports: readonly PortRequest[], hosts: PortRequest["hosts"]): void {
  if (ports.some((port) => port.hosts !== hosts))
    fail("BAD_USAGE", "--bind and the port both name an address", "name the port alone, as in 8000 --bind 127.0.0.1");
}

/**
 * Notes with each port what `--as` says of it: `3000` where there is one port, else `NAME=3000`. Throws BAD_USAGE, BAD_PORT.
 */
export function applyAs(ports: readonly PortRequest[], texts: readonly string[]): readonly PortRequest[] {
  const believed = new Map<PortRequest, number>();
  for (const text of texts) {
    const [name, word] = splitLabel(text);
    const port = pickPort(ports, name, text);
    if (believed.has(port))
      fail("BAD_USAGE", `--as ${text} is said of a port that has one already`, "say it once a port");
    believed.set(port, requirePort(word));
  }
  const applied = ports.map((port) => ({ ...port, ...(believed.has(port) && { as: believed.get(port)! }) }));
  refuseAmbiguous(applied);
  return applied;
}

function splitLabel(text: string): [name: string | undefined, word: string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [undefined, text] : [text.slice(0, equals), text.slice(equals + 1)];
}

function pickPort(ports: readonly PortRequest[], name: string | undefined, text: string): PortRequest {
  if (name === undefined) {
    if (ports.length === 1) return ports[0]!;
    return fail(
      "BAD_USAGE",
      `--as ${text} leaves open which of the ports it means`,
      "name them: web=3001 --as web=3000",
    );
  }
  const names = ports.flatMap((port) => port.name ?? []);
  const hint = names.length > 0 ? `there is ${names.join(", ")}` : `name it: ${name}=3001 --as ${text}`;
  return ports.find((port) => port.name === name) ?? fail("BAD_USAGE", `no port is named \`${name}\``, hint);
}

function requirePort(word: string): number {
  const port = /^[1-9]\d{0,4}$/.test(word) ? Number(word) : 0;
  if (port >= 1 && port <= 65_535) return port;
  return fail("BAD_PORT", `\`${word}\` is not a port for --as`, "it is one number from 1 to 65535, as in --as 3000");
}

/** A bind() to one number must mean one held port. */
function refuseAmbiguous(ports: readonly PortRequest[]): void {
  for (const { as, protocol } of ports) {
    if (as === undefined) continue;
    const means = ports.filter(
      (each) =>
        each.protocol === protocol &&
        (each.as === as || (each.as === undefined && each.ports.kind === "one" && each.ports.port === as)),
    );
    if (means.length > 1)
      fail("BAD_USAGE", `--as ${as} could mean two of the reserved ports`, "let each stand for a port of its own");
  }
}
