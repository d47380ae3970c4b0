import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dir, "..", "..");

/** A program that needs what portguard needs of its build: its target, and a Worker from a folder of its own. */
const SOURCES = {
  "src/main.ts": `
    declare const BUILD_COMMIT: string, BUILD_TARGET: string;
    const { askWorker } = await import("./os/linux/asks.ts");
    console.log(JSON.stringify({ BUILD_COMMIT, BUILD_TARGET, answer: await askWorker(), env: process.env["STRANGER"] }));`,
  "src/os/linux/asks.ts": `
    export function askWorker(): Promise<string> {
      const worker = new Worker(new URL("./broker-worker.ts", import.meta.url).href);
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      worker.onmessage = ({ data }) => (worker.terminate(), resolve(data));
      worker.onerror = ({ message }) => reject(new Error(message));
      return promise;
    }`,
  "src/os/linux/broker-worker.ts": 'postMessage("the worker answers");',
};

let work = "";
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "portguard-build-"));
});
afterAll(() => rm(work, { recursive: true }));

async function buildIn(name: string): Promise<string> {
  const root = join(work, name);
  for (const [path, source] of Object.entries(SOURCES)) await put(join(root, path), source);
  for (const path of ["scripts", "package.json", "package-lock.json"])
    await cp(join(ROOT, path), join(root, path), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(root, "node_modules"));
  const build = Bun.spawn([process.execPath, "scripts/build.ts"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  expect(await build.exited).toBe(0);
  expect((await readdir(join(root, "dist"))).toSorted()).toEqual([".stamp", "portguard"]);
  return join(root, "dist", "portguard");
}

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

const sha256 = async (path: string) =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

test("the same source gives the same bytes in any folder, and it runs wherever it is", async () => {
  const [first, second] = [await buildIn("here"), await buildIn(join("another", "place"))];
  expect(await sha256(second)).toBe(await sha256(first));

  // What a stranger's folder holds must be neither read nor run.
  const stranger = join(work, "stranger");
  await put(join(stranger, ".env"), "STRANGER=read");
  await put(join(stranger, "bunfig.toml"), 'preload = ["./preload.ts"]');
  await put(join(stranger, "preload.ts"), 'console.log("run");');
  const run = Bun.spawn([first], { cwd: stranger, stdio: ["ignore", "pipe", "inherit"] });
  const { BUILD_TARGET, ...rest } = JSON.parse(await run.stdout.text());
  expect(BUILD_TARGET).toStartWith(process.platform);
  expect(rest).toEqual({ BUILD_COMMIT: "unknown", answer: "the worker answers" });
});

test("a target that is not in the table is refused with the ones that are", async () => {
  const build = Bun.spawn([process.execPath, join(ROOT, "scripts", "build.ts"), "--target", "amiga"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  expect(await build.stderr.text()).toBe(
    "portguard: no target `amiga`: there are linux-x64, linux-arm64, linux-x64-musl, linux-arm64-musl, darwin-arm64, " +
      "windows-x64, windows-arm64, all\n",
  );
  expect(await build.exited).toBe(1);
});
