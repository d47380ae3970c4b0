import { type Address, formatHostPort, isAny, isLoopback } from "../../core/address.ts";
import type { Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import { showCommand } from "../../core/show-command.ts";
import { mainOwner, nameOf } from "../words/describe.ts";
import type { Facts, Listener, Owner } from "../facts.ts";
import { isTitle } from "../../holders/recognize/command.ts";
import type { ServerKind } from "../recognize/server.ts";
import { typedCommand, withOption, withPlace } from "./edit-command.ts";
import { listenBySetting } from "./listen-by-setting.ts";

/** How this server is made to listen on another address of its port: its own command line, changed, or its setting. */
export function listenElsewhere(facts: Facts, listener: Listener, { address }: { readonly address: Address }): Remedy {
  const owner = mainOwner(listener.owners);
  const { port } = facts.request.target;
  if (!owner) return letListen("let the server", address, port, []);
  const unit = valueOf(owner.health)?.unit;
  return listenElsewhereAs(owner, { address, port }, unit);
}

/** The same for a process of which only the command line is known: one in a container. */
export function listenElsewhereAs(
  owner: Pick<Owner, "process" | "server" | "forwarder">,
  { address, port }: { readonly address: Address; readonly port: number },
  unit?: string,
): Remedy {
  const { server, forwarder } = owner;
  const { command } = owner.process;
  if (forwarder?.by === "ssh" && owner.process.name?.startsWith("sshd")) return openRemoteForward(address, port);
  const isKnown = command.length > 0 && !isTitle(command);
  const changed = isKnown ? changeCommand(owner, typedCommand(command), address, port) : undefined;
  const who = `let ${nameOf(owner)}`;
  if (!changed) return listenBySetting({ who, server, address, port, ...(unit !== undefined && { unit }) });
  const at = unit === undefined ? "" : ` (in its unit ${unit})`;
  return {
    ...letListen(who, address, port, [changed], at),
    undo: `start it again as it was: \`${showCommand(typedCommand(command))}\``,
  };
}

/** What sshd listens on for `ssh -R`, its client asks for, and its configuration must allow. */
function openRemoteForward({ text }: Address, port: number): Remedy {
  const asked = `\`ssh -R ${text}:${port}:…\``;
  return {
    what: `set \`GatewayPorts clientspecified\` in sshd_config, reload sshd, and have the client ask for ${asked}`,
    commands: [],
    risk: "exposes",
  };
}

function letListen(who: string, address: Address, port: number, commands: Remedy["commands"], where = ""): Remedy {
  const what = `${who} listen on ${isAny(address) ? "every address" : formatHostPort(address, port)}${where}`;
  return { what, commands, risk: isLoopback(address) ? "restart" : "exposes" };
}

function changeCommand(
  { server, forwarder }: Pick<Owner, "server" | "forwarder">,
  command: readonly string[],
  address: Address,
  port: number,
): readonly string[] | undefined {
  if (forwarder) return changeForwarder(forwarder.by, command, address, port);
  const option = HOST_OPTIONS[server];
  if (option) return withOption(command, option, hostFor(server, address));
  return PLACE_OPTIONS[server]?.(command, formatHostPort(address, port), port);
}

/** Servers that take the address by itself; the first name is the one that is added. */
const HOST_OPTIONS: { readonly [Kind in ServerKind]?: readonly string[] } = {
  uvicorn: ["--host"],
  flask: ["--host", "-h"],
  "python-http-server": ["--bind", "-b"],
  streamlit: ["--server.address"],
  vite: ["--host"],
  next: ["-H", "--hostname"],
  "webpack-dev-server": ["--host"],
  angular: ["--host"],
  rails: ["-b", "--binding"],
  jupyter: ["--ip", "--ServerApp.ip"],
  mongodb: ["--bind_ip"],
  redis: ["--bind"],
  memcached: ["-l", "--listen"],
};

/** uvicorn's `::` is for IPv6 only; an empty host is both families to it. */
function hostFor(server: ServerKind, { text }: Address): string {
  return server === "uvicorn" && text === "::" ? "" : text;
}

type Change = (command: readonly string[], place: string, port: number) => readonly string[];

/** Servers that take address and port as one. */
const PLACE_OPTIONS: { readonly [Kind in ServerKind]?: Change } = {
  gunicorn: changeBinding,
  hypercorn: changeBinding,
  django: (command, place) => withPlace(command, "runserver", /^(?:[^-]\S*:)?\d+$/, place),
  php: (command, place) => withOption(command, ["-S"], place),
  puma: (command, place) => withOption(command, ["-b", "--bind"], `tcp://${place}`),
};

/** `-b HOST:PORT` of this port, or the only one, is replaced; others stay. */
function changeBinding(command: readonly string[], place: string, port: number): readonly string[] {
  const isOfPort = (binding: string) => binding.endsWith(`:${port}`) || !/:\d+$|(?:unix|fd):/.test(binding);
  const at = command.findIndex((word, index) => {
    if (word === "-b" || word === "--bind") return isOfPort(command[index + 1] ?? "");
    return /^(?:-b=?|--bind=)\S/.test(word) && isOfPort(word);
  });
  if (at < 0) return [...command, "--bind", place];
  const isSplit = command[at] === "-b" || command[at] === "--bind";
  return isSplit ? command.with(at + 1, place) : command.toSpliced(at, 1, "--bind", place);
}

function changeForwarder(
  by: NonNullable<Owner["forwarder"]>["by"],
  command: readonly string[],
  { text, family }: Address,
  port: number,
): readonly string[] | undefined {
  const host = family === 6 ? `[${text}]` : text;
  switch (by) {
    case "kubectl":
      return withOption(command, ["--address"], text);
    case "ssh":
      return command.map((word) => word.replace(new RegExp(`^(-L)?(?:[^:]*:)?(${port}:[^:]+:\\d+)$`), `$1${host}:$2`));
    case "socat":
      return command.map((word) => word.replace(/,bind=(?:\[[^\]]*\]|[^,]*)/i, `,bind=${host}`));
    case "docker-proxy":
    case "rootlessport":
    case "pasta":
    case "slirp4netns":
    case "wslrelay":
      return undefined;
  }
}
