import {
  type Node,
  type ParseError,
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { fail } from "../../core/error.ts";

/** An MCP client's configuration, read as the text that it is: what is not ours to change stays as somebody wrote it. */
export interface Config {
  /** As it is called in messages. */
  readonly name: string;
  /** Without the byte order mark. */
  readonly text: string;
  readonly sets: readonly ServerSet[];
}

/** One object that has servers in it. */
interface ServerSet {
  readonly servers: Node;
  /** Of Claude Code's `~/.claude.json`: the folder that they are for, as it is written there; nothing: whatever folder. */
  readonly project?: string;
}

/** A server that is started by a command, as it stands in the configuration. */
export interface Server {
  readonly name: string;
  readonly project?: string;
  readonly command: Node;
  readonly args?: Node;
  readonly env: Readonly<Record<string, string>>;
}

export const BOM = "\uFEFF";

/** Where programs have their servers, in the order in which they are looked for. */
const PLACES: readonly (readonly string[])[] = [
  // Claude, Cursor, Windsurf, Gemini, Copilot and nearly everybody else.
  ["mcpServers"],
  // VS Code: mcp.json, settings.json (both forms), a .code-workspace and a devcontainer.json.
  ["servers"],
  ["mcp", "servers"],
  ["mcp.servers"],
  ["settings", "mcp", "servers"],
  ["customizations", "vscode", "mcp", "servers"],
  // Zed.
  ["context_servers"],
];

/** Reads a configuration: JSON, with comments and trailing commas where its program allows them. Throws CONFIG_BROKEN. */
export function parseConfig(source: string, name: string): Config {
  const text = source.startsWith(BOM) ? source.slice(BOM.length) : source;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const what = printParseErrorCode(error.error).replaceAll(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    const place = `${name}:${locate(text, error.offset)}`;
    fail("CONFIG_BROKEN", `${place}: it is not JSON: ${what.toLowerCase()}`, "mend it first; nothing was changed");
  }
  const sets = root ? [...setsIn(root), ...setsOfProjects(root)] : [];
  if (sets.length > 0) return { name, text, sets };
  const known = "an object `mcpServers`, `servers`, `mcp.servers` or `context_servers` has them";
  return fail("CONFIG_BROKEN", `${name} has no MCP servers in it`, known);
}

function setsIn(root: Node): ServerSet[] {
  const found = PLACES.map((path) => findNodeAtLocation(root, [...path]));
  return found.flatMap((servers) => (servers?.type === "object" ? [{ servers }] : []));
}

function setsOfProjects(root: Node): ServerSet[] {
  const projects = findNodeAtLocation(root, ["projects"])?.children ?? [];
  return projects.flatMap(({ children }) => {
    const [project, entry] = children ?? [];
    const servers = entry && findNodeAtLocation(entry, ["mcpServers"]);
    return servers?.type === "object" ? [{ servers, project: String(project?.value) }] : [];
  });
}

/** `line:column`, both from 1. */
function locate(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `${lines.length}:${lines.at(-1)!.length + 1}`;
}

/** Each once, in the order of the file. */
export function namesOf({ sets }: Config): readonly string[] {
  return [...new Set(sets.flatMap(namesIn))];
}

/** The folders that the file has servers of this name for; nothing stands for whatever folder. */
export function projectsOf({ sets }: Config, name: string): readonly (string | undefined)[] {
  return [...new Set(sets.filter((set) => namesIn(set).includes(name)).map(({ project }) => project))];
}

function namesIn({ servers }: ServerSet): string[] {
  return (servers.children ?? []).map(({ children }) => String(children?.[0]?.value));
}

/** The server of this name, and project. Throws SERVER_NOT_WRAPPABLE; nothing where there is none. */
export function findServer({ sets, name: file }: Config, name: string, project?: string): Server | undefined {
  const set = sets.find((each) => each.project === project && namesIn(each).includes(name));
  const found = (set?.servers.children ?? []).filter(({ children }) => children?.[0]?.value === name);
  if (found.length > 1) refuse(`${file} has two servers that are called \`${name}\``, "take one of them out");
  const entry = found[0]?.children?.[1];
  if (!entry) return undefined;
  const isRemote = ["url", "serverUrl", "httpUrl"].some((key) => at(entry, key));
  const { command, args, env } = startOf(entry);
  if (!command && isRemote) {
    refuse(`\`${name}\` is reached by its URL: no command of this file starts it`, "wrap what starts it");
  }
  if (command?.type !== "string" || command.value === "") {
    return refuse(`\`${name}\` has no command that could be started`, "its `command` is a text");
  }
  const isWords = args?.children?.every(({ type }) => type === "string") ?? args === undefined;
  if (!isWords || (args && args.type !== "array")) {
    refuse(`the \`args\` of \`${name}\` are not a list of texts`, "mend them first; nothing was changed");
  }
  if (hasTwice(entry) || hasTwice(at(entry, "command"))) {
    refuse(`\`${name}\` has its command or its args twice`, "take one of them out");
  }
  return { name, ...(project !== undefined && { project }), command, ...(args && { args }), env: readEnv(env) };
}

/** `command`, `args` and `env` side by side, or as Zed had them once: a `command` of `path`, `args` and `env`. */
function startOf(entry: Node): { readonly command?: Node; readonly args?: Node; readonly env?: Node } {
  const outer = at(entry, "command");
  const isNested = outer?.type === "object";
  const from = isNested ? outer : entry;
  const [command, args, env] = [isNested ? at(outer, "path") : outer, at(from, "args"), at(from, "env")];
  return { ...(command && { command }), ...(args && { args }), ...(env && { env }) };
}

function at(node: Node, key: string): Node | undefined {
  return findNodeAtLocation(node, [key]);
}

function hasTwice(node: Node | undefined): boolean {
  const keys = (node?.children ?? []).map(({ children }) => String(children?.[0]?.value));
  return ["command", "path", "args"].some((key) => keys.indexOf(key) !== keys.lastIndexOf(key));
}

/** What is no text there (VS Code has `null` for a variable that is taken away) sets nothing. */
function readEnv(env: Node | undefined): Record<string, string> {
  const values: unknown = env?.type === "object" ? getNodeValue(env) : {};
  const set = Object.entries(values as object).filter(([, value]) => ["string", "number"].includes(typeof value));
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}

function refuse(what: string, hint: string): never {
  return fail("SERVER_NOT_WRAPPABLE", what, hint);
}

/** What it runs: the command and its args. */
export function wordsOf({ command, args }: Server): readonly string[] {
  return [command.value as string, ...(args?.children ?? []).map(({ value }) => value as string)];
}
