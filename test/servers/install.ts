#!/usr/bin/env bun
/**
 * Installs the real servers that test/servers runs, in the versions that are committed here, into one cache folder:
 *
 *     bun test/servers/install.ts
 *
 * What is there already stays; what this machine has no tool for is left out, and said. nginx and redis-server are the
 * system's own packages.
 */
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $, echo } from "zx";
import { committed, isCurrent, type Part, type PartName, partFolder, PARTS, stampFile, stampOf } from "./parts.ts";

const MAKERS: Record<PartName, (folder: string) => Promise<void>> = {
  python: (folder) => installRequirements("requirements.txt", folder),
  uv: (folder) => installRequirements("uv-requirements.txt", folder),
  node: (folder) => installPackages("node", folder),
  watchers: (folder) => installPackages("watchers", folder),
  managers: (folder) => installPackages("managers", folder),
  grammars: (folder) => installPackages("grammars", folder),
  go: async (folder) => {
    await $({ cwd: committed("programs/go") })`go build -o ${join(folder, "server")} .`;
  },
  // Of docker only the program that takes the connections to a published port; nothing is set up, nothing runs.
  docker: async (folder) => {
    const name = (await readFile(committed("docker-package.txt"), "utf8")).trim();
    const fetch = () => $({ cwd: folder })`apt-get download ${name}`;
    await fetch().catch(async () => {
      await $`apt-get update -q`;
      await fetch();
    });
    const [file = ""] = (await readdir(folder)).filter((each) => each.endsWith(".deb"));
    await $({ cwd: folder })`dpkg-deb -x ${file} package`;
    await rename(join(folder, "package/usr/sbin/docker-proxy"), join(folder, "docker-proxy"));
    await rm(join(folder, "package"), { recursive: true });
    await rm(join(folder, file));
  },
  java: async (folder) => {
    await $`javac -d ${folder} ${committed("programs/java/Server.java")}`;
  },
};

async function installRequirements(file: string, folder: string): Promise<void> {
  await $`python3 -m venv ${folder}`;
  await $`${join(folder, "bin/python")} -m pip install --quiet --no-deps -r ${committed(file)}`;
}

async function installPackages(from: PartName, folder: string): Promise<void> {
  for (const file of ["package.json", "package-lock.json"]) {
    await copyFile(committed(`${from}/${file}`), join(folder, file));
  }
  await $({ cwd: folder })`npm ci --no-audit --no-fund`;
}

async function install(part: Part): Promise<string> {
  if (isCurrent(part)) return `${part.name}: as committed`;
  const missing = part.tools.filter((tool) => !Bun.which(tool));
  if (missing.length > 0) return `${part.name}: left out, no ${missing.map((tool) => `\`${tool}\``).join(", ")} here`;
  const folder = partFolder(part.name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await MAKERS[part.name](folder);
  await writeFile(stampFile(part.name), stampOf(part));
  return `${part.name}: installed`;
}

for (const part of PARTS) echo(`${await install(part)} (${partFolder(part.name)})`);
for (const tool of ["nginx", "redis-server"]) if (!Bun.which(tool)) echo(`${tool}: not here; it is a system package`);
