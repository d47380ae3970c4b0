import type { NamedContainer } from "../core/holder.ts";

/** An engine that is busy answers within this, or has no say. */
const PATIENCE_MS = 400;

/** What the engines' `GET /containers/json` tells, as far as it is needed here. */
interface ListedContainer {
  readonly Id: string;
  readonly Names?: readonly string[];
  readonly Ports?: readonly { readonly PublicPort?: number; readonly Type?: string }[];
}

/** Where docker and podman listen on this machine, in the order in which their clients look. */
function listSockets(
  env: Readonly<Record<string, string | undefined>>,
): { path: string; runtime: "docker" | "podman" }[] {
  const told = /^unix:\/\/(.+)$/.exec(env["DOCKER_HOST"] ?? "")?.[1];
  const runtimeDir = env["XDG_RUNTIME_DIR"];
  const docker = [
    told,
    "/var/run/docker.sock",
    runtimeDir && `${runtimeDir}/docker.sock`,
    env["HOME"] && `${env["HOME"]}/.docker/run/docker.sock`,
  ];
  const podman = [runtimeDir && `${runtimeDir}/podman/podman.sock`, "/run/podman/podman.sock"];
  return [
    ...docker.flatMap((path) => (path ? [{ path, runtime: "docker" as const }] : [])),
    ...podman.flatMap((path) => (path ? [{ path, runtime: "podman" as const }] : [])),
  ];
}

/** The container that publishes this port, or has this id, by its name; nothing where no engine answers in time. */
export async function findContainer(
  wanted: { readonly id: string } | { readonly port: number; readonly protocol: string },
  env: Readonly<Record<string, string | undefined>>,
): Promise<NamedContainer | undefined> {
  const answers = await Promise.all(listSockets(env).map((socket) => listContainers(socket)));
  return answers.flat().find(({ listed }) => fits(listed, wanted))?.named;
}

function fits(listed: ListedContainer, wanted: Parameters<typeof findContainer>[0]): boolean {
  if ("id" in wanted) return listed.Id === wanted.id;
  const { port, protocol } = wanted;
  return listed.Ports?.some(({ PublicPort, Type }) => PublicPort === port && (Type ?? "tcp") === protocol) ?? false;
}

async function listContainers({ path, runtime }: { path: string; runtime: "docker" | "podman" }) {
  const answer = await askEngine(path);
  return answer.flatMap((listed) => {
    const name = listed.Names?.[0]?.replace(/^\//, "");
    return name === undefined ? [] : [{ listed, named: { name, container: { runtime, id: listed.Id } } }];
  });
}

async function askEngine(path: string): Promise<readonly ListedContainer[]> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch("http://localhost/containers/json", { unix: path, signal });
    const answer: unknown = response.ok ? await response.json() : [];
    return Array.isArray(answer) ? answer.filter(isListed) : [];
  } catch {
    // no engine there, or none that is for us
    return [];
  }
}

function isListed(each: unknown): each is ListedContainer {
  return typeof each === "object" && each !== null && "Id" in each && typeof each.Id === "string";
}
