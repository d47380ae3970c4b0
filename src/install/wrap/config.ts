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
  /** The object that has the servers, and where it stands. */
  readonly servers: Node;
  readonly key: string;
}

/** A server that is started by a command, as it stands in the configuration. */
export interface Server {
  readonly name: string;
  readonly command: Node;
  readonly args?: Node;
  readonly env: Readonly<Record<string, string>>;
}

export const BOM = "\uFEFF";

/** `mcpServers` nearly everywhere, `servers` in VS Code's `mcp.json`. */
const KEYS = ["mcpServers", "servers"] as const;

/** Reads a configuration: JSON, with comments and trailing commas where its program allows them. Throws CONFIG_BROKEN. */
export function parseConfig(source: string, name: string): Config {
  const text = source.startsWith(BOM) ? source.slice(BOM.length) : source;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const what = printParseErrorCode(error.error).replaceAll(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    const at = `${name}:${locate(text, error.offset)}`;
    fail("CONFIG_BROKEN", `${at}: it is not JSON: ${what.toLowerCase()}`, "mend it first; nothing was changed");
  }
  for (const key of KEYS) {
    const servers = root && findNodeAtLocation(root, [key]);
    if (servers?.type === "object") return { name, text, servers, key };
  }
  const known = "an object `mcpServers`, or `servers` as in .vscode/mcp.json, has them";
  return fail("CONFIG_BROKEN", `${name} has no MCP servers in it`, known);
}

/** `line:column`, both from 1. */
function locate(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `${lines.length}:${lines.at(-1)!.length + 1}`;
}

export function namesOf({ servers }: Config): readonly string[] {
  return (servers.children ?? []).flatMap(({ children }) => children?.[0]?.value as string);
}

/** The server of this name. Throws SERVER_NOT_WRAPPABLE; nothing where there is none. */
export function findServer({ servers, name: file }: Config, name: string): Server | undefined {
  const found = (servers.children ?? []).filter(({ children }) => children?.[0]?.value === name);
  if (found.length > 1) refuse(`${file} has two servers that are called \`${name}\``, "take one of them out");
  const entry = found[0]?.children?.[1];
  if (!entry) return undefined;
  const [command, args, env, url] = ["command", "args", "env", "url"].map((key) => findNodeAtLocation(entry, [key]));
  if (!command && url) {
    refuse(`\`${name}\` is reached by its URL: no command of this file starts it`, "wrap what starts it");
  }
  if (command?.type !== "string" || command.value === "") {
    return refuse(`\`${name}\` has no command that could be started`, "its `command` is a text");
  }
  const isWords = args?.children?.every(({ type }) => type === "string") ?? args === undefined;
  if (!isWords || (args && args.type !== "array")) {
    refuse(`the \`args\` of \`${name}\` are not a list of texts`, "mend them first; nothing was changed");
  }
  const isOnce = ["command", "args"].every(
    (key) => (entry.children ?? []).filter(({ children }) => children?.[0]?.value === key).length <= 1,
  );
  if (!isOnce) refuse(`\`${name}\` has its command or its args twice`, "take one of them out");
  return { name, command, ...(args && { args }), env: readEnv(env) };
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
