import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What the servers need beyond this project and the system's packages. */
export type PartName = "python" | "node" | "watchers" | "managers" | "grammars" | "uv" | "go" | "java" | "docker";

export interface Part {
  readonly name: PartName;
  /** The committed files that decide what it is, under test/servers. */
  readonly inputs: readonly string[];
  /** What must be on the PATH to make it. */
  readonly tools: readonly string[];
}

export const PARTS: readonly Part[] = [
  { name: "python", inputs: ["requirements.txt"], tools: ["python3"] },
  { name: "node", inputs: ["node/package.json", "node/package-lock.json"], tools: ["node", "npm"] },
  { name: "watchers", inputs: ["watchers/package.json", "watchers/package-lock.json"], tools: ["node", "npm"] },
  { name: "managers", inputs: ["managers/package.json", "managers/package-lock.json"], tools: ["node", "npm"] },
  { name: "grammars", inputs: ["grammars/package.json", "grammars/package-lock.json"], tools: ["node", "npm"] },
  { name: "uv", inputs: ["uv-requirements.txt"], tools: ["python3"] },
  { name: "go", inputs: ["programs/go/go.mod", "programs/go/main.go"], tools: ["go"] },
  { name: "docker", inputs: ["docker-package.txt"], tools: ["apt-get", "dpkg-deb"] },
  { name: "java", inputs: ["programs/java/Server.java"], tools: ["java", "javac"] },
];

/** Where everything is installed; PORTGUARD_TEST_CACHE says another place. */
export function serverCache(): string {
  const caches = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return process.env["PORTGUARD_TEST_CACHE"] || join(caches, "portguard-test", "servers");
}

export function partFolder(name: PartName): string {
  return join(serverCache(), name);
}

/** The committed file or folder of this name, under test/servers. */
export function committed(path: string): string {
  return join(import.meta.dir, path);
}

/** Says what a finished part was made of; it is the last thing that is written into it. */
export function stampFile(name: PartName): string {
  return join(partFolder(name), ".made-of");
}

export function stampOf({ inputs }: Part): string {
  const hash = createHash("sha256").update(process.arch);
  for (const input of inputs) hash.update(input).update(readFileSync(committed(input)));
  return hash.digest("hex");
}

/** Whether the part is there, whole, and made of what is committed now. */
export function isCurrent(part: Part): boolean {
  const stamp = stampFile(part.name);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === stampOf(part);
}
