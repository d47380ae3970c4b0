import { lstatSync, statSync } from "node:fs";
import { win32 } from "node:path";
import type { CommandFound } from "../../core/os.ts";

/** What CreateProcess and cmd.exe start by themselves; other files need the program that they belong to. */
const RUNNABLE = /\.(exe|com|cmd|bat)$/i;
/** What runs a file, by its ending. */
const RUNNERS: Readonly<Record<string, string>> = {
  ".js": "`node`",
  ".mjs": "`node`",
  ".ps1": "`powershell -File`",
  ".py": "`py`",
};
const DEFAULT_PATHEXT = ".COM;.EXE;.BAT;.CMD";

/** The part of the machine that a search looks at. */
export interface SearchFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly isFile: (path: string) => boolean;
}

/** Finds what a command name runs: as cmd.exe does, here first, then along PATH, each with PATHEXT's endings. */
export function findCommand(name: string, facts: SearchFacts = machineFacts()): CommandFound {
  const candidates = foldersFor(name, facts).flatMap((folder) =>
    endingsFor(name, facts).map((end) => [folder, end] as const),
  );
  const path = candidates.map(([folder, end]) => win32.resolve(facts.cwd, folder, name + end)).find(facts.isFile);
  if (path === undefined) return withoutEnding(name, facts);
  if (RUNNABLE.test(path)) return { kind: "found", path, setuid: false };
  return notRunnable(path);
}

function machineFacts(): SearchFacts {
  return {
    env: process.env,
    cwd: process.cwd(),
    isFile,
  };
}

/**
 * The aliases of programs from the store (`python.exe` in WindowsApps) are files that nobody but CreateProcess can open:
 * stat() is refused, and what is looked at is the alias itself (nodejs/node#36790).
 */
export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return isThere(path);
  }
}

/** False in a folder that we may not look into, too. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch {
    return false;
  }
}

function foldersFor(name: string, { env }: SearchFacts): string[] {
  if (/[\\/:]/.test(name)) return [""];
  // The variable by which people tell Windows not to run what merely lies in the working directory.
  const here = env["NoDefaultCurrentDirectoryInExePath"] === undefined ? [""] : [];
  const path = (env["PATH"] ?? env["Path"] ?? "").split(";");
  return [...here, ...path.map((folder) => folder.replace(/^"(.*)"$/, "$1")).filter((folder) => folder !== "")];
}

/** The name itself only counts where it ends as programs do: beside `npm.cmd` lies a `npm` for other systems. */
function endingsFor(name: string, { env }: SearchFacts): string[] {
  const known = (env["PATHEXT"] || DEFAULT_PATHEXT)
    .toLowerCase()
    .split(";")
    .filter((end) => end !== "");
  const own = win32.extname(name).toLowerCase();
  return own !== "" && (known.includes(own) || RUNNABLE.test(own)) ? ["", ...known] : known;
}

/** A file of exactly this name that Windows would not run is worth saying so: where it was named by its path or its ending. */
function withoutEnding(name: string, facts: SearchFacts): CommandFound {
  const path = win32.resolve(facts.cwd, name);
  const isMeant = /[\\/:]/.test(name) || win32.extname(name) !== "";
  return isMeant && facts.isFile(path) ? notRunnable(path) : { kind: "not-found" };
}

function notRunnable(path: string): CommandFound {
  const runner = RUNNERS[win32.extname(path).toLowerCase()] ?? "`node` or `py`";
  return {
    kind: "not-runnable",
    because: `${path} is not a program: name the one that runs it first, such as ${runner}`,
  };
}
