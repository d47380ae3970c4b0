import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Glob } from "bun";
import { $ } from "zx";
import { testCache } from "../wine.ts";
import { PrivateApt } from "./apt.ts";

const EMULATOR = "qemu-system-aarch64";
const EMULATOR_PACKAGE = "qemu-system-arm";
const KERNEL_PACKAGE = "linux-image-cloud-arm64";
const SYSTEM_PACKAGES = ["libc6", "libgcc-s1", "busybox-static"];
/** Modules, documentation and character sets, which the machine has no use for. */
const SUPERFLUOUS = ["kernel/lib", "kernel/usr", "system/usr/share", "system/usr/lib/aarch64-linux-gnu/gconv"];
const TOOLS = ["apt-get", "dpkg-deb", "timeout"];
const LIST = "packages.txt";

/** What an arm64 machine is made of. */
export interface Parts {
  /** How the emulator's command line begins. */
  readonly emulator: readonly string[];
  /** Folders with the emulator's own libraries; none where it is installed on this machine. */
  readonly libraries: readonly string[];
  /** The kernel's path. */
  readonly kernel: string;
  /** A folder with the C library and busybox, for arm64. */
  readonly system: string;
}

/**
 * Finds the machine's parts, which are Debian packages: downloaded once and unpacked below the test cache, with nothing
 * installed. A half-made folder never stands under the final name.
 */
export async function fetchParts(folder = join(testCache(), "arm64")): Promise<Parts> {
  const missing = TOOLS.filter((tool) => !Bun.which(tool));
  if (missing.length > 0) throw new Error(`the arm64 machine is made with ${missing.join(", ")}: missing here`);
  if (existsSync(join(folder, LIST))) return findParts(folder);
  await mkdir(testCache(), { recursive: true });
  const work = await mkdtemp(join(testCache(), "arm64-"));
  try {
    const made = join(work, "made");
    await makeParts(await PrivateApt.open(join(work, "apt")), made);
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return findParts(folder);
}

function findParts(folder: string): Parts {
  const boot = join(folder, "kernel", "boot");
  const kernel = readdirSync(boot).find((name) => name.startsWith("vmlinuz"));
  if (!kernel) throw new Error(`there is no kernel in ${boot}: remove ${folder}, and it is made anew`);
  return { kernel: join(boot, kernel), system: join(folder, "system"), ...findEmulator(join(folder, "emulator")) };
}

function findEmulator(folder: string): Pick<Parts, "emulator" | "libraries"> {
  const executable = join(folder, "usr/bin", EMULATOR);
  if (!existsSync(executable)) return { emulator: [EMULATOR], libraries: [] };
  const libraries = ["lib", "usr/lib"].flatMap((lib) => [
    ...new Glob(`${lib}/*-linux-gnu`).scanSync({ cwd: folder, onlyFiles: false, absolute: true }),
  ]);
  return { emulator: [executable, "-L", join(folder, "usr/share/qemu")], libraries };
}

async function makeParts(apt: PrivateApt, folder: string): Promise<void> {
  const system = await apt.downloadForeign(SYSTEM_PACKAGES);
  const kernel = await apt.downloadForeign([await findKernelPackage(apt)]);
  const emulator = Bun.which(EMULATOR) ? [] : await apt.downloadMissing(EMULATOR_PACKAGE);
  await unpack(system, join(folder, "system"));
  await unpack(kernel, join(folder, "kernel"));
  await unpack(emulator, join(folder, "emulator"));
  await mergeUsr(join(folder, "system"));
  for (const path of SUPERFLUOUS) await rm(join(folder, path), { recursive: true, force: true });
  const names = [...system, ...kernel, ...emulator].map((deb) => decodeURIComponent(basename(deb, ".deb")));
  await writeFile(join(folder, LIST), `${names.join("\n")}\n`);
}

/** The package without a version in its name is empty: it depends on the one that has the kernel. */
async function findKernelPackage(apt: PrivateApt): Promise<string> {
  const [deb = ""] = await apt.downloadForeign([KERNEL_PACKAGE]);
  const depends = (await $`dpkg-deb --field ${deb} Depends`.quiet()).stdout;
  const name = /\blinux-image-[^\s,(]+/.exec(depends)?.[0];
  if (!name) throw new Error(`${KERNEL_PACKAGE} depends on no kernel, but on \`${depends.trim()}\``);
  return name;
}

/** Where packages have their files below /usr only, the paths of old are links, which another package brings. */
async function mergeUsr(system: string): Promise<void> {
  for (const name of ["bin", "lib"])
    if (!existsSync(join(system, name))) await symlink(join("usr", name), join(system, name));
}

async function unpack(debs: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const deb of debs) await $`dpkg-deb --extract ${deb} ${folder}`;
}
