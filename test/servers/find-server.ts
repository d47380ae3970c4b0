import { describe, setDefaultTimeout } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { needThat } from "../need.ts";
import { isCurrent, type PartName, partFolder, PARTS } from "./parts.ts";

const INSTALL = "`bun test/servers/install.ts`";

/** A start and an end of the slowest of them, on a machine that has other work. */
const TEST_MS = 90_000;

/** Where a server is run from: a file of an installed part, or a program of the system. */
const SERVERS = {
  uvicorn: fromPart("python", "bin/uvicorn"),
  gunicorn: fromPart("python", "bin/gunicorn"),
  hypercorn: fromPart("python", "bin/hypercorn"),
  flask: fromPart("python", "bin/flask"),
  python3: fromSystem("python3"),
  node: fromSystem("node"),
  bun: () => ({ path: process.execPath, missing: "what runs this" }),
  vite: fromPart("node", "node_modules/.bin/vite"),
  nodemon: fromPart("watchers", "node_modules/.bin/nodemon"),
  pm2: fromPart("managers", "node_modules/.bin/pm2"),
  forever: fromPart("managers", "node_modules/.bin/forever"),
  "PowerShell's grammar": fromPart("grammars", "node_modules/tree-sitter-powershell/tree-sitter-powershell.wasm"),
  uv: fromPart("uv", "bin/uv"),
  next: fromPart("node", "node_modules/.bin/next"),
  "server-everything": fromPart("node", "node_modules/@modelcontextprotocol/server-everything/dist/index.js"),
  "MCP without sessions": fromPart("node", "node_modules/@modelcontextprotocol/server/package.json"),
  "MCP over stdio": fromPart("node", "node_modules/@modelcontextprotocol/sdk/package.json"),
  go: fromPart("go", "server"),
  java: fromPart("java", "Server.class"),
  "docker-proxy": fromPart("docker", "docker-proxy"),
  nginx: fromSystem("nginx"),
  "redis-server": fromSystem("redis-server"),
};

export type ServerName = keyof typeof SERVERS;

/** A suite for a server. Where the machine lacks it, a skipped test names it instead (in CI: a failure). */
export function describeServer(name: ServerName, tests: (path: string) => void): void {
  const { path, missing } = SERVERS[name]();
  setDefaultTimeout(TEST_MS);
  if (needThat(`${name} (${missing})`, path !== undefined)) describe(name, () => tests(path!));
}

interface Found {
  readonly path: string | undefined;
  /** What would bring it. */
  readonly missing: string;
}

function fromPart(part: PartName, file: string): () => Found {
  return () => {
    const path = join(partFolder(part), file);
    const current = isCurrent(PARTS.find(({ name }) => name === part)!);
    return { path: current && existsSync(path) ? path : undefined, missing: `installed by ${INSTALL}` };
  };
}

/** Servers of the system stand in sbin, which a user's PATH may lack. */
function fromSystem(tool: string): () => Found {
  const PATH = [process.env["PATH"], "/usr/local/sbin", "/usr/sbin"].join(":");
  return () => ({ path: Bun.which(tool, { PATH }) ?? undefined, missing: "a package of the system" });
}
