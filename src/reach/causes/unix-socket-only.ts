import { ANY4, LOOPBACK4 } from "../../core/address.ts";
import type { Remedy } from "../../core/finding.ts";
import { valueOf } from "../../core/seen.ts";
import type { Cause } from "../cause.ts";
import { describeProcess } from "../words/describe.ts";
import { showStart, showTries } from "../words/evidence.ts";
import type { Facts } from "../facts.ts";
import { recognizeServer } from "../recognize/server.ts";
import { findUnixServer, type UnixServer } from "../recognize/unix-server.ts";
import { listenBySetting } from "../remedies/listen-by-setting.ts";
import { findMeantTries, findServing } from "../reading/tries.ts";
import { wantsOutside } from "../reading/wants.ts";

export const unixSocketOnly: Cause = {
  code: "UNIX_SOCKET_ONLY",
  stage: "socket",
  summary: "the server listens on a unix socket, and on no TCP port",
  explain: [
    "Databases and application servers often listen on a unix socket (a file) instead of a TCP port, so that only programs of",
    "the same machine get in. A connection to the TCP port is refused.",
    "Have the client use the socket, or the server listen on TCP.",
  ],
  symptoms: ["refused"],
  needs: ["unixSockets"],
  dependsOn: [],
  judge(facts) {
    const { protocol, port } = facts.request.target;
    if (!facts.isLocal || protocol !== "tcp" || findServing(facts).length > 0) return undefined;
    const tries = findMeantTries(facts);
    if (tries.length === 0 || !tries.every(({ met }) => met === "refused")) return undefined;
    const found = findUnixServer(valueOf(facts.more.unixSockets) ?? [], port, facts.cwd);
    if (!found) return undefined;
    const { socket, process, because } = found;
    const who = describeProcess(process, recognizeServer(process));
    return {
      severity: "blocks",
      title: `${who} listens on the unix socket ${socket.path}, and nobody on TCP port ${port}`,
      evidence: [
        { what: `${who} listens on ${socket.path}`, source: "unix sockets" },
        { what: because, source: "unix sockets" },
        ...showTries(tries, "refused"),
        ...showStart({ process }),
      ],
      remedies: [...useSocket(found), listenOnTcp(facts, found)],
    };
  },
};

function useSocket({ socket: { path }, process }: UnixServer): readonly Remedy[] {
  const what = "have the client use the unix socket";
  const command = CLIENTS[recognizeServer(process)]?.(path);
  return [{ what, commands: command ? [command] : [], risk: "none" }];
}

const curl = (path: string): readonly string[] => ["curl", "--unix-socket", path, "http://localhost/"];

const CLIENTS: { readonly [Kind in ReturnType<typeof recognizeServer>]?: (path: string) => readonly string[] } = {
  redis: (path) => ["redis-cli", "-s", path],
  postgres: (path) => ["psql", "-h", path.slice(0, path.lastIndexOf("/"))],
  mysql: (path) => ["mysql", "--socket", path],
  uvicorn: curl,
  gunicorn: curl,
  hypercorn: curl,
};

function listenOnTcp(facts: Facts, { process }: UnixServer): Remedy {
  const server = recognizeServer(process);
  const address = wantsOutside(facts) ? ANY4 : LOOPBACK4;
  const remedy = listenBySetting({ who: "let the server", server, address, port: facts.request.target.port });
  return { ...remedy, risk: wantsOutside(facts) ? "exposes" : "restart" };
}
