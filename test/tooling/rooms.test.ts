import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dir, "..", "..");

/** One file that breaks one rule, and the rule that must say so. */
type Violation = readonly [title: string, path: string, source: string, rule: string];

const IMPORT = "eslint(no-restricted-imports)";
const PROPERTY = "eslint(no-restricted-properties)";

const ROOMS = ["cli", "core", "reserve", "holders", "reach", "firewall", "state", "install", "os", "report"] as const;
type Room = (typeof ROOMS)[number];

/** The arrows as DESIGN has them; a room may always import itself. */
const ARROWS: Record<Room, readonly Room[]> = {
  cli: ["core", "reserve", "holders", "reach", "firewall", "state", "install", "report"],
  core: [],
  reserve: ["core", "holders", "state"],
  holders: ["core"],
  reach: ["core", "firewall", "holders"],
  firewall: ["core"],
  state: ["core"],
  install: ["core"],
  os: ["core"],
  report: ["core"],
};

const functionOf = (lines: number) =>
  `export function tall(x: number) {\n${"  x += 1;\n".repeat(lines - 3)}  return x;\n}\n`;
const importOf = (path: string) => `import { x } from "${path}";\nexport const y = x;\n`;

const FORBIDDEN_ARROWS: readonly Violation[] = ROOMS.flatMap((from) =>
  ROOMS.filter((to) => to !== from && !ARROWS[from].includes(to)).map((to): Violation => [
    `${from} imports ${to}`,
    `src/${from}/breaks-${to}.ts`,
    importOf(`../${to}/probe.ts`),
    IMPORT,
  ]),
);

const OTHERS: readonly Violation[] = [
  ["a nested file climbs out of its room", "src/os/a/b/climbs.ts", importOf("../../../cli/probe.ts"), IMPORT],
  ["a type crosses a wall", "src/core/types.ts", 'export type { T } from "../os/probe.ts";\n', IMPORT],
  [
    "an inline type crosses a wall",
    "src/core/inline.ts",
    'export type U = import("../os/probe.ts").T;\n',
    "consistent-type-imports",
  ],
  ["a late import crosses a wall", "src/core/late.ts", 'export const x = await import("../os/probe.ts");\n', IMPORT],
  ["main is imported", "src/cli/imports-main.ts", importOf("../main.ts"), IMPORT],
  ["core imports a package", "src/core/package.ts", 'export { join } from "node:path";\n', IMPORT],
  ["bun:ffi outside os", "src/reserve/ffi.ts", 'export { dlopen } from "bun:ffi";\n', IMPORT],
  ["child_process outside os", "src/reserve/child.ts", 'export { spawn } from "node:child_process";\n', IMPORT],
  ["child_process without its prefix", "src/cli/child.ts", 'export { spawn } from "child_process";\n', IMPORT],
  ["zx outside scripts", "src/os/shell.ts", 'export { $ } from "zx";\n', IMPORT],
  ["consola outside report", "src/cli/consola.ts", 'export { createConsola } from "consola";\n', IMPORT],
  ["citty outside cli", "src/reserve/citty.ts", 'export { runCommand } from "citty";\n', IMPORT],
  ["the platform asked of node:os", "src/holders/platform.ts", 'export { platform } from "node:os";\n', IMPORT],
  ["the process as a module", "src/cli/process.ts", 'export { exit } from "node:process";\n', IMPORT],
  ["process.platform outside os", "src/reserve/asks.ts", "export const x = process.platform;\n", PROPERTY],
  ["process.platform in main", "src/main.ts", "export const x = process.platform;\n", PROPERTY],
  ["a platform taken apart", "src/cli/apart.ts", "export const { platform } = process;\n", PROPERTY],
  ["process.exit in a verb", "src/cli/exits.ts", "export const x = () => process.exit(1);\n", PROPERTY],
  ["process.exit in os", "src/os/exits.ts", "export const x = () => process.exit(1);\n", PROPERTY],
  ["process.stdout outside report", "src/cli/writes.ts", 'process.stdout.write("x");\n', PROPERTY],
  ["console outside report", "src/reserve/logs.ts", 'console.error("x");\n', "eslint(no-console)"],
  [
    "a promise nobody waits for",
    "src/cli/floats.ts",
    "async function later() {}\nexport function now() {\n  later();\n}\n",
    "no-floating-promises",
  ],
  [
    "a switch that forgets a case",
    "src/cli/switches.ts",
    'export function f(x: "a" | "b") {\n  switch (x) {\n    case "a":\n      return 1;\n  }\n}\n',
    "switch-exhaustiveness-check",
  ],
  ["a file of 301 lines", "src/cli/long.ts", `export const x = [\n${"  1,\n".repeat(299)}];\n`, "eslint(max-lines)"],
  ["a function of 61 lines", "src/cli/tall.ts", functionOf(61), "max-lines-per-function"],
];

/** What must pass: a rule that forbids everything would pass the tests above. */
const ALLOWED: readonly (readonly [path: string, source: string])[] = [
  ...ROOMS.flatMap((from) =>
    ARROWS[from].map((to) => [`src/${from}/may-${to}.ts`, importOf(`../${to}/probe.ts`)] as const),
  ),
  ["src/cli/just-tall.ts", functionOf(60)],
  ["src/cli/just-long.ts", `export const x = [\n${"  1,\n".repeat(298)}];\n`],
  ["src/os/ffi.ts", 'export { dlopen } from "bun:ffi";\n'],
  ["src/os/asks.ts", "export const x = process.platform;\n"],
  ["src/report/logs.ts", 'console.error("x");\nprocess.stderr.write("x");\n'],
  ["src/report/consola.ts", 'export { createConsola } from "consola";\n'],
  ["src/cli/citty.ts", 'export { runCommand } from "citty";\n'],
  ["src/reserve/handoff/deep.ts", importOf("../../core/probe.ts")],
  ["scripts/shell.ts", 'export { $ } from "zx";\nexport const x = process.platform;\nconsole.log(x);\n'],
];

const CYCLE: readonly (readonly [path: string, source: string])[] = [
  ["src/holders/one.ts", 'import { two } from "./two.ts";\nexport const one = (): number => two();\n'],
  ["src/holders/two.ts", 'import { one } from "./one.ts";\nexport const two = (): number => one();\n'],
];

let tree = "";
let found: readonly { file: string; rule: string }[] = [];

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), "portguard-rooms-"));
  for (const name of [".oxlintrc.json", "tsconfig.json", "package.json"]) await cp(join(ROOT, name), join(tree, name));
  await symlink(join(ROOT, "node_modules"), join(tree, "node_modules"));
  for (const room of ROOMS) await put(`src/${room}/probe.ts`, "export const x = 1;\nexport type T = string;\n");
  for (const [, path, source] of [...FORBIDDEN_ARROWS, ...OTHERS]) await put(path, source);
  for (const [path, source] of [...ALLOWED, ...CYCLE]) await put(path, source);
  found = await lint();
});

afterAll(() => rm(tree, { recursive: true, force: true }));

async function put(path: string, source: string): Promise<void> {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), source);
}

async function lint(): Promise<{ file: string; rule: string }[]> {
  const oxlint = Bun.spawn([join(ROOT, "node_modules", ".bin", "oxlint"), "--format=json"], {
    cwd: tree,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { diagnostics } = (await oxlint.stdout.json()) as { diagnostics: { filename: string; code: string }[] };
  return diagnostics.map(({ filename, code }) => ({ file: filename, rule: code }));
}

const rulesOf = (path: string) => found.filter(({ file }) => file === path).map(({ rule }) => rule);

describe("every arrow that the design does not have is refused", () => {
  test.each(FORBIDDEN_ARROWS)("%s", (_title, path) => expect(rulesOf(path)).toEqual([IMPORT]));
});

describe("every other rule of the house bites", () => {
  test.each(OTHERS)("%s", (_title, path, _source, rule) => expect(rulesOf(path).join(" ")).toContain(rule));
  test("two files that import each other", () => expect(rulesOf("src/holders/one.ts")).toEqual(["import(no-cycle)"]));
});

test.each(ALLOWED)("%s stands as it is", (path) => expect(rulesOf(path)).toEqual([]));
