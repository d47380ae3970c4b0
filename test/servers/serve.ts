import { expect } from "bun:test";
import { get } from "../drive/ask.ts";
import { freePort } from "../drive/free-port.ts";
import { listensOn } from "../drive/processes.ts";
import { until } from "../drive/until.ts";
import { binary, drive, type LoggedEvent, type Run } from "../drive.ts";

export type Way = "takeover" | "inherit" | "release";

export interface ServeOptions {
  /** The server's command, with its own flags. */
  readonly command: (port: number) => readonly string[];
  /** Which way is asked for with `--handoff`; nothing: whatever portguard thinks best. */
  readonly handoff?: Way;
  /** Further flags of portguard. */
  readonly flags?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Bound {
  readonly at: { readonly protocol: string; readonly address: string; readonly port: number };
  readonly pid: number;
}

/** Starts a server under `portguard reserve` and answers when portguard says that it is ready. */
export async function serve({ command, handoff, flags = [], ...options }: ServeOptions): Promise<Served> {
  const port = freePort();
  const asked = handoff === undefined ? [] : ["--handoff", handoff];
  const args = ["reserve", `${port}`, "--ready-timeout", "60s", ...asked, ...flags, "--", ...command(port)];
  const run = drive({ args, ports: [port], ...options });
  try {
    return new Served(run, port, await run.event("ready", 60_000));
  } catch (error) {
    await run[Symbol.asyncDispose]();
    throw error;
  }
}

/** A server under portguard that is ready. */
export class Served implements AsyncDisposable {
  constructor(
    readonly run: Run,
    readonly port: number,
    readonly ready: LoggedEvent,
  ) {}

  /**
   * The port came by this way and is served on exactly these addresses, by processes of the run that do listen there;
   * and portguard has said so in one line and nothing else.
   */
  async expectHandedOver(way: Way, addresses: readonly string[]): Promise<void> {
    const bound = this.ready["bound"] as readonly Bound[];
    expect(this.ready["way"]).toBe(way);
    expect([...new Set(bound.map(({ at }) => at.address))].toSorted()).toEqual([...addresses].toSorted());
    expect(bound.filter(({ at }) => at.port !== this.port || at.protocol !== "tcp")).toEqual([]);
    const tree = new Set(this.run.processes().map(({ pid }) => pid));
    for (const { pid } of bound) {
      expect(pid).not.toBe(this.run.pid);
      expect(tree).toContain(pid);
      expect(listensOn(pid, this.port)).toBeTrue();
    }
    // what was held is what is served: portguard keeps its end of the socket, unless it had let go
    expect(listensOn(this.run.pid, this.port)).toBe(way !== "release");
    await until("a line of portguard's", () => this.run.voice.length > 0);
    this.#expectOneLine(way, bound);
  }

  /** So many processes of the server have a listening socket on the port, in time. */
  async expectListeners(count: number): Promise<void> {
    const servers = () => this.run.processes().filter(({ executable }) => executable !== binary());
    const listeners = () => servers().filter(({ pid }) => listensOn(pid, this.port));
    await until(`${count} listeners`, () => listeners().length === count);
  }

  /** Every one of these addresses answers an HTTP request with `text`. */
  async expectAnswers(hosts: readonly string[], text: string | RegExp = /first \d+/, path = "/"): Promise<void> {
    for (const host of hosts) {
      const { status, body } = await get(host, this.port, path);
      expect(body).toMatch(text);
      expect(status).toBe(200);
    }
  }

  /** The answer changes to `text` in time; until then connections may fail or get the old one. */
  async expectSoonAnswers(host: string, text: string): Promise<void> {
    await until(`an answer with \`${text}\``, async () => (await get(host, this.port)).body.includes(text));
  }

  /** SIGTERM ends it as it would without portguard, without a word, and nothing stays; stdout was the server's alone. */
  async expectEnd(end: number | NodeJS.Signals, stdout?: string): Promise<void> {
    expect(await this.run.stop("SIGTERM")).toBe(end);
    await this.run.expectNothingLeft();
    expect(this.run.voice).toHaveLength(1);
    expect(this.run.stdout).not.toMatch(/^portguard/m);
    if (stdout !== undefined) expect(this.run.stdout).toBe(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run[Symbol.asyncDispose]();
  }

  #expectOneLine(way: Way, bound: readonly Bound[]): void {
    expect(this.run.voice).toHaveLength(1);
    const [line = ""] = this.run.voice;
    expect(line).toStartWith(`${this.port} handed to `);
    expect(line).toContain(` by ${way}: `);
    expect(line).toMatch(/, ready in \d/);
    for (const { at, pid } of bound) {
      expect(line).toContain(at.address.includes(":") ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`);
      expect(line).toContain(`${pid}`);
    }
  }
}
