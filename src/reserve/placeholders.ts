import { LOOPBACK4 } from "../core/address.ts";
import { fail } from "../core/error.ts";
import type { PortRequest } from "../core/port-request.ts";

/** What the placeholders of a command stand for, for one port. */
export interface PlaceholderValues {
  readonly name?: string;
  readonly port: number;
  readonly host: string;
  /** Its number in the command; only by inherit. */
  readonly fd?: number;
}

const PLACEHOLDER = /\{(port|host|url|fd)(?::([A-Za-z0-9_-]+))?\}/g;

/** Fills `{port}`, `{host}`, `{url}`, `{fd}`, and `{port:web}` for a named port. Throws BAD_USAGE for an unknown name. */
export function fillPlaceholders(command: readonly string[], ports: readonly PlaceholderValues[]): string[] {
  return command.map((word) =>
    word.replace(PLACEHOLDER, (_, key: string, name?: string) => valueOf(key, pick(ports, name))),
  );
}

/** Refuses a command that names a port which nobody asked for, before anything is held for it. Throws BAD_USAGE. */
export function checkPlaceholders(command: readonly string[], requests: readonly PortRequest[]): void {
  const values = requests.map((request) => ({ ...request, port: 0, host: hostOf(request), fd: 0 }));
  fillPlaceholders(command, values);
}

export function usesPlaceholder(command: readonly string[], key: string): boolean {
  return command.some((word) => [...word.matchAll(PLACEHOLDER)].some((match) => match[1] === key));
}

function pick(ports: readonly PlaceholderValues[], name: string | undefined): PlaceholderValues {
  const found = name === undefined ? ports[0] : ports.find((each) => each.name === name);
  const names = ports.flatMap((each) => each.name ?? []);
  return (
    found ??
    fail(
      "BAD_USAGE",
      `no port is named \`${name}\``,
      names.length > 0 ? `there is ${names.join(", ")}` : `name it: \`${name}=8000\``,
    )
  );
}

function valueOf(key: string, { port, host, fd }: PlaceholderValues): string {
  switch (key) {
    case "port":
      return String(port);
    case "host":
      return host;
    case "url":
      return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
    default:
      return fd === undefined
        ? fail("BAD_USAGE", "{fd} needs a socket to inherit", "add `--handoff inherit`")
        : String(fd);
  }
}

/** The address to tell a command that asks for one: the first that it may bind and be reached at; loopback by default. */
export function hostOf({ hosts }: PortRequest): string {
  return (hosts === "every" ? LOOPBACK4 : (hosts[0] ?? LOOPBACK4)).text;
}
