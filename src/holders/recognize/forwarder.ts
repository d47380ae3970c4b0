import type { ProcessInfo } from "../../core/socket.ts";
import { baseName } from "./command.ts";

/** A process that hands each connection on to somewhere else. */
export interface Forwarder {
  readonly by: "docker-proxy" | "rootlessport" | "pasta" | "slirp4netns" | "kubectl" | "ssh" | "socat" | "wslrelay";
  /** Where it listens, as its command line says. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Where it hands them; nothing where its command line does not tell. */
  readonly to?: { readonly host: string; readonly port: number };
}

/** Whether a process only hands connections on. `port`: the one of ours that is meant, where it may serve several. */
export function recognizeForwarder({ command, name }: ProcessInfo, port?: number): Forwarder | undefined {
  const program = baseName(command[0]?.split(": ")[0]);
  switch (program) {
    case "docker-proxy":
      return readDockerProxy(command);
    case "rootlessport":
    case "rootlessport-child":
    case "containers-rootlessport":
    case "containers-rootlessport-child":
      return { by: "rootlessport" };
    case "pasta":
    case "pasta.avx2":
    case "slirp4netns":
      return { by: program === "slirp4netns" ? program : "pasta" };
    case "kubectl":
      return readKubectl(command, port);
    case "ssh":
      return readSsh(command, port);
    case "sshd":
    case "sshd-session":
      // `sshd: bob@pts/0`: what it listens on was asked for by a client's -R; the server itself says `[listener]`.
      return command[0]?.includes("@") || command[0]?.includes("[priv]") ? { by: "ssh" } : undefined;
    case "socat":
      return readSocat(command);
    case "wslrelay":
      return { by: "wslrelay" };
  }
  return name === "rootlessport" ? { by: "rootlessport" } : undefined;
}

/** `-proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 80`. */
function readDockerProxy(command: readonly string[]): Forwarder {
  const valueOf = (name: string) => {
    const at = command.findIndex((word) => word === `-${name}` || word === `--${name}`);
    return at < 0 ? undefined : command[at + 1];
  };
  return compose("docker-proxy", placeOf(valueOf("host-ip"), valueOf("host-port")), {
    to: placeOf(valueOf("container-ip"), valueOf("container-port")),
  });
}

/** `kubectl port-forward [--address A] pod/web 8080:80`. */
function readKubectl(command: readonly string[], port: number | undefined): Forwarder | undefined {
  const verb = command.indexOf("port-forward");
  if (verb < 0) return undefined;
  const words = command.slice(verb + 1);
  const asked = words.findIndex((word) => word === "--address" || word.startsWith("--address="));
  const address = asked < 0 ? "127.0.0.1" : (words[asked]!.split("=")[1] ?? words[asked + 1]);
  const pod = words.find((word) => /^(?:pods?|po|svc|services?|deploy(?:ments?)?|deployments\.apps)\//.test(word));
  const pairs = words.flatMap((word) => {
    const [, local, remote] = /^(?:(\d+):)?(\d+)$/.exec(word) ?? [];
    return remote === undefined ? [] : [{ local: Number(local ?? remote), remote }];
  });
  const meant = pickMeant(pairs, port);
  if (!meant) return { by: "kubectl" };
  return compose("kubectl", placeOf(address, String(meant.local)), {
    to: placeOf(pod ?? "a pod", meant.remote),
  });
}

/** `ssh -L [bind:]port:host:hostport`; `-R` listens on the other side. */
function readSsh(command: readonly string[], port: number | undefined): Forwarder | undefined {
  const specs = command.flatMap((word, index) => {
    const given = /^-[A-Za-z]*L(.*)$/.exec(word)?.[1];
    const spec = given === "" ? command[index + 1] : given;
    const [, bind, local, host, remote] =
      /^(?:(\*|\[[^\]]*\]|[^:[\]]*):)?(\d+):(\[[^\]]*\]|[^:]+):(\d+)$/.exec(spec ?? "") ?? [];
    return local === undefined ? [] : [{ local: Number(local), bind: bind ?? "127.0.0.1", host, remote }];
  });
  const meant = pickMeant(specs, port);
  if (!meant) return specs.length > 0 ? { by: "ssh" } : undefined;
  return compose("ssh", placeOf(meant.bind === "*" ? "0.0.0.0" : meant.bind, String(meant.local)), {
    to: placeOf(meant.host, meant.remote),
  });
}

/** `socat TCP-LISTEN:8080,fork TCP:10.0.0.5:80`. */
function readSocat(command: readonly string[]): Forwarder | undefined {
  const listen = /^(?:tcp[46]?|openssl|ssl)-(?:l|listen):(\d+)/i;
  const listener = command.find((word) => listen.test(word));
  const target = command.find((word) => /^(?:tcp[46]?|openssl|ssl)(?:-connect)?:/i.test(word));
  const [, host, port] = /^[\w-]+:(\[[^\]]*\]|[^:,]+):(\d+)/.exec(target ?? "") ?? [];
  if (listener === undefined || host === undefined) return undefined;
  const bind = /,bind=(\[[^\]]*\]|[^:,]+)/i.exec(listener)?.[1] ?? "0.0.0.0";
  return compose("socat", placeOf(bind, listen.exec(listener)?.[1]), { to: placeOf(host, port) });
}

/** The one on this port; where none is named, the only one there is. */
function pickMeant<T extends { readonly local: number }>(all: readonly T[], port: number | undefined): T | undefined {
  if (port !== undefined) return all.find(({ local }) => local === port);
  return all.length === 1 ? all[0] : undefined;
}

type Place = NonNullable<Forwarder["listen"]>;

function placeOf(host: string | undefined, port: string | undefined): Place | undefined {
  const number = Number(port);
  if (host === undefined || !Number.isInteger(number) || number < 1 || number > 65535) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: number };
}

function compose(by: Forwarder["by"], listen: Place | undefined, { to }: { to: Place | undefined }): Forwarder {
  return { by, ...(listen && { listen }), ...(to && { to }) };
}
