import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { readNapiConfig } from "@napi-rs/cli";

/** The program headers and the loader's name stand at the start of the file. */
const ELF_HEAD_BYTES = 4096;

/** One system that portguard is built for, read from `napi.targets` in package.json. */
export interface Target {
  /** `linux-x64`, `linux-arm64-musl`, `windows-x64`, `darwin-arm64`: what `--target` takes and dist/ is divided by. */
  readonly name: string;
  /** The Rust triple that stands in the table. */
  readonly triple: string;
  readonly platform: "linux" | "darwin" | "win32";
  /** What `bun build --target` calls it. */
  readonly bunTarget: string;
  /** The npm package with the plain Bun executable that ours is made of. */
  readonly basePackage: string;
  readonly exeSuffix: "" | ".exe";
}

/** Reads the one table of targets. Throws where package.json names a system that Bun has no executable for. */
export async function readTargets(root: string): Promise<readonly Target[]> {
  const { targets } = await readNapiConfig(join(root, "package.json"));
  return targets.map(({ triple, platform, arch, abi }) => describeTarget(triple, platform, arch, abi));
}

function describeTarget(triple: string, platform: string, arch: string, abi: string | null): Target {
  if (platform !== "linux" && platform !== "darwin" && platform !== "win32") throw unknown(triple);
  if (arch !== "x64" && arch !== "arm64") throw unknown(triple);
  const system = platform === "win32" ? "windows" : platform;
  const libc = abi === "musl" ? "-musl" : "";
  return {
    name: `${system}-${arch}${libc}`,
    triple,
    platform,
    bunTarget: `bun-${system}-${arch}${libc}`,
    basePackage: `@oven/bun-${system}-${arch === "arm64" ? "aarch64" : arch}${libc}`,
    exeSuffix: platform === "win32" ? ".exe" : "",
  };
}

function unknown(triple: string): Error {
  return new Error(`napi.targets in package.json has \`${triple}\`: there is no Bun executable for that`);
}

/** The target that this machine is. Throws where it is not in the table. */
export function hostTarget(targets: readonly Target[]): Target {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `${system}-${process.arch}${isMusl() ? "-musl" : ""}`;
  const target = targets.find((each) => each.name === name);
  if (!target) throw new Error(`this machine is ${name}, which napi.targets in package.json does not have`);
  return target;
}

/** The Bun that runs this was installed for this system: its loader, named in its ELF header, is musl's or glibc's. */
function isMusl(): boolean {
  if (process.platform !== "linux") return false;
  const file = openSync(process.execPath, "r");
  const head = Buffer.alloc(ELF_HEAD_BYTES);
  readSync(file, head);
  closeSync(file);
  return head.includes("/ld-musl-");
}
