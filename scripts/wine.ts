#!/usr/bin/env bun
/**
 * A private wine 10 to run the Windows executable in, made of Debian trixie's packages: nothing is installed on this
 * machine, and everything stands in one folder.
 *
 *     bun scripts/wine.ts make                      makes it (once), prints where it is
 *     bun scripts/wine.ts run FOLDER APP.EXE ARG…   runs an executable of FOLDER, its exit code passed through
 *
 * Why not the distribution's own: wine 8 answers pid 0 in the TCP table and lacks what Bun needs to start.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { $ } from "zx";

const RELEASE = "trixie";
const PACKAGES = ["wine64", "base-files", "libc-bin", "dash", "coreutils"];
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const TOOLS = ["unshare", "mount", "chroot"];

/** Where tests keep what is costly to fetch. */
export function testCache(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "portguard-test");
}

export function wineRoot(): string {
  return join(testCache(), "wine10");
}

/** What this machine lacks to run Windows executables, each in words; empty when it can. */
export function missingForWine(root = wineRoot()): string[] {
  const missing = TOOLS.filter((tool) => !Bun.which(tool)).map((tool) => `\`${tool}\``);
  if (process.getuid?.() !== 0) missing.unshift("root (for a mount namespace)");
  if (process.arch !== "x64") missing.unshift("an x64 machine");
  if (!existsSync(join(root, "packages.txt"))) missing.push("the wine root (`bun scripts/wine.ts make`)");
  return missing;
}

/**
 * The command that runs `argv` (a Windows program of `folder` and its arguments) in the root. Every step execs the next
 * one, so the pid that is started is the Windows program's own.
 */
export function wineArgv(folder: string, argv: readonly string[], options: WineOptions = {}): string[] {
  const { root = wineRoot(), env = {} } = options;
  const mounts = [
    "mount --make-rprivate /",
    'mount -t proc proc "$1/proc"',
    'mount --rbind /dev "$1/dev"',
    'mount --bind "$2" "$1/win"',
    'root=$1; shift 2; exec chroot "$root" /usr/bin/env -i "$@"',
  ].join(" && ");
  // The server that a program finds missing it starts itself: that one has its stderr for as long as it lives, and ends with
  // its last client, which cuts off a program that starts in that very moment.
  const server = "/usr/lib/wine/wineserver64 -p5 < /dev/null > /dev/null 2>&1";
  const start = `cd /win; ${server}; exec /usr/lib/wine/wine64 "$@"`;
  const inside = [...wineEnvironment(env), "/bin/sh", "-c", start, "sh", ...argv];
  return ["unshare", "-m", "sh", "-c", mounts, "sh", root, resolve(folder), ...inside];
}

interface WineOptions {
  readonly root?: string;
  /** Set for the program, and for whatever it starts; of this machine's own environment nothing is. */
  readonly env?: Readonly<Record<string, string>>;
}

function wineEnvironment(env: Readonly<Record<string, string>>): string[] {
  return [
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    "HOME=/root",
    "PATH=/usr/bin:/bin",
    "XDG_RUNTIME_DIR=/tmp",
    `TERM=${process.env["TERM"] ?? "dumb"}`,
    "WINEPREFIX=/wp",
    "WINEDEBUG=-all",
    // no .NET, no HTML engine, no desktop entries: asking to install them would block
    "WINEDLLOVERRIDES=mscoree,mshtml,winemenubuilder.exe=",
  ];
}

/** Makes the root where it is missing; a half-made one never stands under the final name. */
export async function makeWineRoot(root = wineRoot()): Promise<string> {
  if (existsSync(join(root, "packages.txt"))) return root;
  await mkdir(testCache(), { recursive: true });
  const work = await mkdtemp(join(testCache(), "wine10-"));
  try {
    const made = join(work, "root");
    const packages = await unpackPackages(await downloadPackages(work), made);
    await finishRoot(made, work);
    await writeFile(join(made, "packages.txt"), `${packages.join("\n")}\n`);
    await rm(root, { recursive: true, force: true });
    await rename(made, root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return root;
}

/** Downloads, through an apt that knows nothing of this machine's packages, what wine needs. Answers the folder of .debs. */
async function downloadPackages(work: string): Promise<string> {
  await mkdir(join(work, "lists/partial"), { recursive: true });
  await mkdir(join(work, "cache/archives/partial"), { recursive: true });
  const sources = join(work, "wine.sources");
  const stanza = ["Types: deb", `URIs: ${await debianMirror()}`, `Suites: ${RELEASE}`, "Components: main"];
  await writeFile(sources, `${[...stanza, `Signed-By: ${KEYRING}`].join("\n")}\n`);
  const options = {
    "Dir::State": work,
    "Dir::State::status": "/dev/null",
    "Dir::Cache": join(work, "cache"),
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": "/dev/null",
    "APT::Architecture": "amd64",
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  await $`apt-get ${flags} -qq update`;
  await $`apt-get ${flags} -qq -y --no-install-recommends --download-only install ${PACKAGES}`.quiet();
  return join(work, "cache/archives");
}

/** The mirror that this machine's own apt uses for Debian. */
async function debianMirror(): Promise<string> {
  const format = "$(REPO_URI) $(COMPONENT)";
  const targets = await $`apt-get indextargets --format ${format} ${"Created-By: Packages"}`.quiet();
  const mirror = targets.stdout.split("\n").find((line) => /\/debian\/? main$/.test(line));
  if (!mirror) throw new Error("no Debian mirror in this machine's apt sources: wine's packages come from one");
  return mirror.split(" ")[0]!;
}

async function unpackPackages(archives: string, root: string): Promise<string[]> {
  const debs = (await readdir(archives)).filter((name) => name.endsWith(".deb")).toSorted();
  const base = debs.filter((name) => name.startsWith("base-files_"));
  await mkdir(root);
  // base-files first: it carries the links /bin, /lib and /lib64, which the others unpack through
  for (const deb of [...base, ...debs.filter((name) => !base.includes(name))]) {
    await $`dpkg-deb --extract ${join(archives, deb)} ${root}`;
  }
  const libwine = debs.find((name) => name.startsWith("libwine_"));
  if (!libwine) throw new Error(`no libwine among the ${debs.length} packages that apt fetched`);
  await $`dpkg-deb --control ${join(archives, libwine)} ${join(root, "libwine-control")}`;
  return debs.map((name) => decodeURIComponent(name.replace(/\.deb$/, "")));
}

/** What the packages' own scripts would have done, then the first start of wine, which makes its prefix. */
async function finishRoot(root: string, work: string): Promise<void> {
  for (const folder of ["doc", "man", "locale", "icons"]) {
    await rm(join(root, "usr/share", folder), { recursive: true, force: true });
  }
  for (const folder of ["proc", "dev", "tmp", "win", "wp"]) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  await writeFile(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  await writeFile(join(root, "etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
  await $`chmod 1777 ${join(root, "tmp")}`;
  await $`ln -sf dash ${join(root, "usr/bin/sh")}`;
  await $`chroot ${root} /usr/sbin/ldconfig`;
  // builds the copy of zlib1.dll that the loader asks for
  await $`chroot ${root} /bin/sh /libwine-control/postinst configure`.quiet();
  await rm(join(root, "libwine-control"), { recursive: true });
  await dropDebugInformation(join(root, "usr/lib/x86_64-linux-gnu/wine/x86_64-windows"));
  await $`${wineArgv(work, ["wineboot.exe", "--init"], { root })}`.quiet();
  await settle(root);
}

/** Two thirds of wine's own programs, which the first start copies once more. Without binutils it stays. */
async function dropDebugInformation(folder: string): Promise<void> {
  if (!Bun.which("strip")) return;
  await $`find ${folder} -type f -exec strip --strip-debug {} +`.quiet().nothrow();
}

/** Waits until the root's wine server has written the registry and gone. */
async function settle(root: string): Promise<void> {
  await $`chroot ${root} /usr/bin/env WINEPREFIX=/wp HOME=/root /usr/lib/wine/wineserver64 -w`.quiet();
}

if (import.meta.main) {
  const [verb, folder, ...argv] = process.argv.slice(2);
  if (verb === "make") process.stdout.write(`${await makeWineRoot()}\n`);
  else if (verb === "run" && folder && argv.length > 0) process.exitCode = await runHere(folder, argv);
  else {
    process.stderr.write("usage: bun scripts/wine.ts make | run FOLDER APP.EXE ARG…\n");
    process.exitCode = 2;
  }
}

async function runHere(folder: string, argv: readonly string[]): Promise<number> {
  const missing = missingForWine();
  if (missing.length > 0) throw new Error(`can't run Windows programs here: missing ${missing.join(", ")}`);
  return await Bun.spawn(wineArgv(folder, argv), { stdio: ["inherit", "inherit", "inherit"] }).exited;
}
