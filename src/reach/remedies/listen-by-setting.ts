import { type Address, formatHostPort, isAny, isLoopback } from "../../core/address.ts";
import type { Remedy } from "../../core/finding.ts";
import type { ServerKind } from "../recognize/server.ts";

interface Wanted {
  /** `let nginx`. */
  readonly who: string;
  readonly server: ServerKind;
  readonly address: Address;
  readonly port: number;
  /** The systemd unit that it runs as. */
  readonly unit?: string;
}

/** What a reader changes where the command line does not say the address, or is not known. */
export function listenBySetting(wanted: Wanted): Remedy {
  const { who, server, address, port, unit } = wanted;
  const where = isAny(address) ? "every address" : formatHostPort(address, port);
  const how = SETTINGS[server]?.(wanted) ?? "its own configuration says where";
  const database = server === "postgres" ? postgresCommands(address, unit) : undefined;
  return {
    what: `${who} listen on ${where}: ${how}`,
    commands: database?.commands ?? [],
    risk: isLoopback(address) ? "restart" : "exposes",
    ...(database && { undo: database.undo }),
  };
}

type Setting = (wanted: Wanted) => string;

const option =
  (name: string): Setting =>
  ({ address }) =>
    `start it with \`${name} ${address.text}\``;

const SETTINGS: { readonly [Kind in ServerKind]?: Setting } = {
  gunicorn: ({ address, port }) => `start it with \`--bind ${formatHostPort(address, port)}\``,
  next: option("-H"),
  rails: option("-b"),
  puma: ({ address, port }) => `start it with \`-b tcp://${formatHostPort(address, port)}\``,
  angular: option("--host"),
  jupyter: option("--ip"),
  nginx: ({ address, port }) =>
    `\`listen ${formatHostPort(address, port)};\` in its server block, then \`nginx -s reload\``,
  apache: ({ address, port }) => `\`Listen ${formatHostPort(address, port)}\` in its configuration, then restart it`,
  caddy: ({ address }) => `\`bind ${address.text}\` in its site block, then \`caddy reload\``,
  redis: ({ address }) =>
    `\`bind ${address.text}\` in redis.conf; without a password its protected mode turns other machines away`,
  mysql: ({ address }) => `\`bind-address = ${address.text}\` under [mysqld] in its configuration, then restart it`,
  node: inCode,
  bun: ({ address }) => `\`Bun.serve({ hostname: "${address.text}", … })\`, or whatever it calls its host`,
  deno: ({ address }) => `\`Deno.serve({ hostname: "${address.text}" }, …)\`, or whatever it calls its host`,
  python: ({ address }) => `its code names the host: \`host="${address.text}"\``,
  java: ({ address }) => `its configuration names it: \`server.address=${address.text}\` in Spring`,
  postgres: ({ address }) =>
    `\`listen_addresses = '${postgresName(address)}'\`, and a line for the clients in pg_hba.conf`,
};

function inCode({ address, port }: Wanted): string {
  return `\`listen(${port}, "${address.text}")\` in its code, or whatever it calls its host`;
}

function postgresName(address: Address): string {
  return isAny(address) ? "*" : address.text;
}

/** The setting takes a restart; `ALTER SYSTEM` keeps it beside the server's own file. */
function postgresCommands(address: Address, unit: string | undefined): Pick<Remedy, "commands"> & { undo: string } {
  const restart = unit === undefined ? [] : [["sudo", "systemctl", "restart", unit]];
  return {
    commands: [askPostgres(`ALTER SYSTEM SET listen_addresses = '${postgresName(address)}'`), ...restart],
    undo: "`ALTER SYSTEM RESET listen_addresses`, and a restart",
  };
}

function askPostgres(sql: string): readonly string[] {
  return ["sudo", "-u", "postgres", "psql", "-c", sql];
}
