import { basename, dirname } from "node:path";
import { type ErrorCode, fail } from "../../core/error.ts";
import type { Exit } from "../../core/os.ts";
import { chooseServer } from "../../install/wrap/choose-server.ts";
import { type Config, type Server, namesOf, parseConfig, wordsOf } from "../../install/wrap/config.ts";
import { type WrapPlan, planUnwrap, planWrap, wrappingOf } from "../../install/wrap/plan-wrap.ts";
import { portOfServer } from "../../install/wrap/port-of-server.ts";
import { findWorkTree } from "../../holders/work-tree.ts";
import { reasonOf } from "../../core/system-reason.ts";
import { type ConfigFile, readConfigFile, replaceConfigFile } from "../../state/config-file.ts";
import { stateFolder } from "../../state/state-folder.ts";
import { WrapBackups } from "../../state/wrap-backups.ts";
import { currentFolder } from "../current-folder.ts";
import { textOf } from "../words/flag-values.ts";
import { findNearest } from "../words/nearest.ts";
import { isInPath, ownProgram } from "../own-program.ts";
import { type Invocation, parseArgs } from "../words/parse-args.ts";
import { parseReserveArgs } from "../reserve/reserve-args.ts";
import { RESERVE_FLAGS } from "../reserve/reserve-flags.ts";
import type { Services } from "../services.ts";
import { showHelp } from "../words/show-help.ts";
import { type WrapArgs, parseWrapArgs } from "./wrap-args.ts";
import { tellWrapped } from "./wrap-report.ts";

/** `portguard wrap`: args → plan → the file replaced → report. Throws PortguardError. */
export async function runWrap(invocation: Invocation, services: Services): Promise<Exit> {
  if (await showHelp(invocation.words, async () => (await import("./wrap-help.ts")).WRAP_HELP)) {
    return { kind: "code", code: 0 };
  }
  const args = parseWrapArgs(invocation);
  const file = readConfig(args.file);
  const config = parseConfig(file.text, args.file);
  const server = (await findMeant(config, args)) ?? refuseName(config, args.server);
  const { name: system } = await services.os();
  const backups = new WrapBackups(() => stateFolder(system, process.env));
  const before = textBefore(file, config, server, backups);
  const plan = args.action.kind === "wrap" ? await planFor(args.action, file, config, server) : backTo(before, file);
  const change = { key: keyOf(server), text: plan.kind === "changed" ? plan.text : file.text, before };
  const backup = plan.kind === "changed" && !args.dryRun ? act(args, file, change, backups) : undefined;
  tellWrapped({ args, server, file, plan, ...(backup !== undefined && { backup }) });
  return { kind: "code", code: 0 };
}

async function findMeant(config: Config, { server: name, project }: WrapArgs): Promise<Server | undefined> {
  const here = currentFolder();
  const tree = here === "" ? undefined : await findWorkTree(here);
  const folders = [here, ...(tree ? [tree.root] : [])];
  return chooseServer(config, { name, folders, ...(project !== undefined && { project }) });
}

/** What a server's backup goes by: two projects of one file may have servers of one name. */
function keyOf({ name, project }: Server): string {
  return project === undefined ? name : `${name} of ${project}`;
}

/**
 * The file without portguard before this server: the very text that was there where nobody has touched it since, else
 * with only the command taken back.
 */
function textBefore(file: ConfigFile, config: Config, server: Server, backups: WrapBackups): string {
  const kept = backups.find(file.path, keyOf(server), file.text);
  if (kept !== undefined) return kept;
  const plan = planUnwrap(file.text, config, server);
  return plan.kind === "changed" ? plan.text : file.text;
}

function backTo(before: string, { text }: ConfigFile): WrapPlan {
  return before === text ? { kind: "unchanged" } : { kind: "changed", text: before };
}

function readConfig(name: string): ConfigFile {
  const read = attempt("CONFIG_UNREADABLE", `${name} can't be read`, () => readConfigFile(name));
  const hint = "name the file that your MCP client reads";
  return read.kind === "file" ? read : fail("CONFIG_UNREADABLE", `${name} can't be read: ${read.because}`, hint);
}

function attempt<T>(code: ErrorCode, what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    return fail(code, `${what}: ${reasonOf(cause)}`, "nothing was changed", { cause });
  }
}

function refuseName(config: Config, name: string): never {
  const names = namesOf(config);
  const near = findNearest(name, names);
  const meant = near === undefined ? "" : `did you mean \`${near}\`? `;
  const hint =
    names.length === 0 ? "it has none" : `${meant}there ${names.length > 1 ? "are" : "is"} ${names.join(", ")}`;
  return fail("SERVER_UNKNOWN", `no server of ${config.name} is called \`${name}\``, hint);
}

/** What a client's user wants: its last server, left behind by a client that was killed, goes; nobody else's does. */
const DEFAULT_IF_HELD = "stop-orphan";

type Wish = Extract<WrapArgs["action"], { kind: "wrap" }>;

async function planFor(wish: Wish, file: ConfigFile, config: Config, server: Server): Promise<WrapPlan> {
  const wrapping = wrappingOf(server);
  // Nothing new is said about a server that is wrapped: it stays as somebody may have made it since.
  if (wrapping && wish.ports.length === 0 && wish.ifHeld === undefined) return { kind: "unchanged" };
  const old = readReserveWords(wrapping?.words ?? []);
  const ports = [wish.ports, old.ports].find(({ length }) => length > 0) ?? [portOfServer(server).port];
  const ifHeld = wish.ifHeld ?? (wrapping ? old.ifHeld : DEFAULT_IF_HELD);
  const words = [...ports, ...(ifHeld === undefined ? [] : ["--if-held", ifHeld]), ...old.others];
  // Nobody sits at the server's terminal who could be asked.
  if (ifHeld === "stop" && !words.includes("--yes")) words.push("--yes");
  // The command must see the PORT that its own entry sets, and not ours.
  if ((server.env["PORT"] ?? ports[0]) !== ports[0] && !words.includes("--no-env")) {
    words.push("--no-env");
  }
  // What `reserve` would refuse is refused now, and not when the client starts the server.
  parseReserveArgs({ words, command: wrapping?.inner ?? wordsOf(server) });
  return planWrap(file.text, config, server, await chooseProgram(file.path), words);
}

/** What `reserve` was told by an earlier wrapping; flags that somebody added since are kept. */
function readReserveWords(words: readonly string[]) {
  const ports: string[] = [];
  const flags = parseArgs(words, { verb: "reserve", flags: RESERVE_FLAGS }, (word) => ports.push(word));
  const others = [...flags].flatMap(([name, values]) =>
    name === "if-held" || name === "yes"
      ? []
      : values.map((value) => (value === true ? `--${name}` : `--${name}=${value}`)),
  );
  return { ports, ifHeld: textOf(flags, "if-held"), others };
}

/**
 * A worktree's file is for everyone who has it: there it is by its name, if that is found here. Programs with a window of
 * their own mostly have another PATH than the shell.
 */
async function chooseProgram(path: string): Promise<readonly string[]> {
  const isShared = basename(path) !== "claude_desktop_config.json" && (await findWorkTree(dirname(path))) !== undefined;
  return isShared && isInPath() ? ["portguard"] : ownProgram();
}

/** Writes the file, and keeps what it can be taken back to; answers where that is. */
function act(
  { action }: WrapArgs,
  file: ConfigFile,
  { key, text, before }: { readonly key: string; readonly text: string; readonly before: string },
  backups: WrapBackups,
): string | undefined {
  const { path } = file;
  const backup = action.kind === "undo" ? undefined : backups.keep(path, key, text, before);
  try {
    const done = attempt("CONFIG_NOT_WRITTEN", `${path} can't be written`, () => replaceConfigFile(file, text));
    if (!done) fail("CONFIG_NOT_WRITTEN", `${path} was changed by somebody at this moment`, "look, and try again");
  } catch (error) {
    if (backup !== undefined) backups.remove(path, key, text);
    throw error;
  }
  backups.remove(path, key, file.text);
  return backup;
}
