import { type Stats, lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type CpioEntry, encodeCpio } from "./cpio.ts";

const FILE = 0o100755;
const FOLDER = 0o040755;
const PUBLIC_FOLDER = 0o041777;
const LINK = 0o120777;

/** What the server in the machine serves as `/`. */
export const PAGE = "an arm64 machine answers";

/** Brackets the exit code that a command's output ends with; no output has this character. */
export const MARK = "\x1e";

const BOOT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
ip link set lo up
`;

/**
 * Reads one command a line from the serial console and says its exit code when it has run. All of them run in this one
 * shell, so that `$!` and `wait` work from one to the next.
 */
const CONSOLE = `#!/bin/sh
stty -echo
export NO_COLOR=1
code=0
while printf '\\036%d\\036\\n' $code && IFS= read -r line; do
  eval "$line" </dev/null 2>&1
  code=$?
done
`;

const TEXTS: Readonly<Record<string, string>> = {
  "etc/inittab": "::sysinit:/etc/boot\nttyAMA0::once:/etc/console\n",
  "etc/boot": BOOT,
  "etc/console": CONSOLE,
  "etc/passwd": "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/home/nobody:/bin/sh\n",
  "www/index.html": PAGE,
};

/**
 * Writes the file system that the machine has, all of it in memory: the C library, busybox, which is also its first
 * process, and portguard.
 *
 * @param system the folder with the C library and busybox
 * @param portguard the executable, for arm64
 */
export async function writeInitramfs(file: string, system: string, portguard: string): Promise<void> {
  const sink = Bun.file(file).writer();
  for (const piece of encodeCpio(listEntries(system, portguard))) {
    await sink.write(piece);
    await sink.flush();
  }
  await sink.end();
}

function* listEntries(system: string, portguard: string): Generator<CpioEntry> {
  yield* walk(system, "");
  for (const path of ["proc", "sys", "dev", "root", "etc", "www", "home"])
    yield { path, mode: FOLDER, content: Buffer.of() };
  // What is recorded of a reservation is kept at home: /tmp shows what was left behind.
  for (const path of ["tmp", "home/nobody"]) yield { path, mode: PUBLIC_FOLDER, content: Buffer.of() };
  for (const [path, text] of Object.entries(TEXTS)) yield { path, mode: FILE, content: Buffer.from(text) };
  yield { path: "init", mode: LINK, content: Buffer.from("bin/busybox") };
  yield { path: "bin/portguard", mode: FILE, content: readFileSync(portguard) };
}

/** Every folder comes before what is in it: the kernel makes none by itself. */
function* walk(root: string, folder: string): Generator<CpioEntry> {
  for (const name of readdirSync(join(root, folder)).toSorted()) {
    const [path, source] = [join(folder, name), join(root, folder, name)];
    const stat = lstatSync(source);
    yield { path, mode: stat.mode, content: readContent(source, stat) };
    if (stat.isDirectory()) yield* walk(root, path);
  }
}

function readContent(path: string, stat: Stats): Buffer {
  if (stat.isDirectory()) return Buffer.of();
  return stat.isSymbolicLink() ? Buffer.from(readlinkSync(path)) : readFileSync(path);
}
