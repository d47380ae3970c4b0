import type { McpTalk } from "./conversation.ts";

/** The newest revision that opens with `initialize`, and the first that doesn't. */
export const SESSION_REVISION = "2025-11-25";
export const SESSIONLESS_REVISION = "2026-07-28";

const CLIENT = { name: "portguard", version: "0" };

export const INITIALIZE_ID = 1;
export const OTHER_ID = 2;

export function initializeMessage(revision: string): string {
  const params = { protocolVersion: revision, capabilities: {}, clientInfo: CLIENT };
  return JSON.stringify({ jsonrpc: "2.0", id: INITIALIZE_ID, method: "initialize", params });
}

export function initializedMessage(): string {
  return JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
}

export function pingMessage(): string {
  return JSON.stringify({ jsonrpc: "2.0", id: OTHER_ID, method: "ping" });
}

export function discoverMessage(): string {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": SESSIONLESS_REVISION,
    "io.modelcontextprotocol/clientInfo": CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  return JSON.stringify({ jsonrpc: "2.0", id: OTHER_ID, method: "server/discover", params: { _meta } });
}

/** An answer: to which request, and what. */
export interface McpAnswer {
  readonly id: unknown;
  readonly result?: Fields;
  /** The code of an error. */
  readonly error?: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** The answers in a JSON text: one, or in older revisions several. */
export function readAnswers(text: string): readonly McpAnswer[] {
  const value = parse(text);
  return (Array.isArray(value) ? value : [value]).flatMap((each: unknown) => readAnswer(fieldsOf(each)));
}

function readAnswer({ jsonrpc, id, result, error }: Fields): readonly McpAnswer[] {
  if (jsonrpc !== "2.0") return [];
  const { code } = fieldsOf(error);
  if (typeof code === "number") return [{ id, error: code }];
  return isFields(result) ? [{ id, result }] : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** What the server says that it is, in its answer to `initialize`. */
export function readServer({ serverInfo, protocolVersion }: Fields): McpTalk["server"] {
  const { name, version } = fieldsOf(serverInfo);
  return { name: textOf(name), version: textOf(version), protocol: textOf(protocolVersion) };
}

/** The same, in its answer to `server/discover`. */
export function readDiscovered({ supportedVersions, serverInfo, _meta }: Fields): McpTalk["server"] {
  const info = serverInfo ?? fieldsOf(_meta)["io.modelcontextprotocol/serverInfo"];
  const versions: readonly unknown[] = Array.isArray(supportedVersions) ? supportedVersions : [];
  const protocol = versions.includes(SESSIONLESS_REVISION) ? SESSIONLESS_REVISION : versions[0];
  return readServer({ serverInfo: info, protocolVersion: protocol });
}

const TEXT = 200;

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, TEXT) : "";
}

/** "Method not found", and the codes that the revisions from 2026-07-28 on have for what they can't take. */
export function isSessionlessError(code: number | undefined): boolean {
  return code === -32601 || (code !== undefined && code <= -32020 && code >= -32099);
}
