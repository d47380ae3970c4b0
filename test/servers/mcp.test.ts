import { join } from "node:path";
import { expect, test } from "bun:test";
import { binary, drive, driveBare } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { bindsPlainly } from "../drive/plain-bind.ts";
import { until } from "../drive/until.ts";
import { describeServer } from "./find-server.ts";
import { committed, partFolder } from "./parts.ts";

const GONE_WITHIN_MS = 1000;

/** The part of the MCP SDK's client that is used here; it is installed beside the servers. */
interface McpClient {
  connect(transport: object): Promise<void>;
  close(): Promise<void>;
  callTool(call: { name: string; arguments: object }): Promise<{ content: readonly { text: string }[] }>;
}

/** One client, and all that its HTTP requests met: a status each, or the error of a connection. */
class Mcp {
  readonly met: (number | string)[] = [];

  private constructor(
    readonly client: McpClient,
    private readonly openTransport: (url: URL, options: object) => object,
  ) {}

  static async load(): Promise<Mcp> {
    const sdk = join(partFolder("node"), "node_modules/@modelcontextprotocol/sdk/dist/esm/client");
    const { Client } = (await import(join(sdk, "index.js"))) as { Client: new (info: object) => McpClient };
    const { StreamableHTTPClientTransport: Transport } = (await import(join(sdk, "streamableHttp.js"))) as {
      StreamableHTTPClientTransport: new (url: URL, options: object) => object;
    };
    return new Mcp(new Client({ name: "test", version: "1" }), (url, options) => new Transport(url, options));
  }

  /** Initialises a session. */
  async connect(port: number): Promise<void> {
    const ask = async (url: string | URL, init?: RequestInit) => {
      try {
        const response = await fetch(url, init);
        this.met.push(response.status);
        return response;
      } catch (error) {
        // The SDK ends its own stream when it is closed.
        if ((error as Error).name !== "AbortError") this.met.push(`${(error as NodeJS.ErrnoException).code}`);
        throw error;
      }
    };
    await this.client.connect(this.openTransport(new URL(`http://127.0.0.1:${port}/mcp`), { fetch: ask }));
  }

  async echo(message: string): Promise<string | undefined> {
    return (await this.client.callTool({ name: "echo", arguments: { message } })).content[0]?.text;
  }
}

describeServer("server-everything", (everything) => {
  test("restarted under a client refuses it nothing, and the client goes on after initialising again", async () => {
    const port = freePort();
    const args = ["reserve", `${port}`, "--name", "mcp", "--ready-timeout", "60s", "--"];
    await using run = drive({ args: [...args, "node", everything, "streamableHttp"] });
    await run.event("ready", 60_000);
    const mcp = await Mcp.load();
    await mcp.connect(port);
    expect(await mcp.echo("one")).toBe("Echo: one");
    await using restart = driveBare([binary(), "restart", "mcp"], { env: { XDG_STATE_HOME: run.state } });
    const ended = restart.ended(60_000);
    // All the while the client goes on: what it is told may be an error of the protocol's, and nothing else.
    while ((await Promise.race([ended, Bun.sleep(0)])) === undefined) await mcp.echo("more").catch(() => undefined);
    expect(await ended).toBe(0);
    await run.event("retired");
    // The next call on the old session reaches the new server, which says that it does not know it.
    const stale: unknown = await mcp.echo("two").catch((error: unknown) => error);
    expect(stale).toBeInstanceOf(Error);
    const { code: status } = stale as { code?: number };
    console.log(`a stale session gets ${status}`);
    // 404 is what the specification says; this server says 400.
    expect([400, 404]).toContain(status ?? 0);
    await mcp.client.close();
    await mcp.connect(port);
    expect(await mcp.echo("three")).toBe("Echo: three");
    const [first, second] = run.events.filter(({ event }) => event === "ready").map(({ pid }) => pid);
    expect(second).not.toBe(first);
    expect(run.processes().map(({ pid }) => pid)).toContain(Number(second));
    expect(run.processes().map(({ pid }) => pid)).not.toContain(Number(first));
    const counted = Object.groupBy(mcp.met, String);
    console.log(
      `HTTP requests met ${Object.entries(counted)
        .map(([what, all]) => `${what}: ${all?.length}`)
        .join(", ")}`,
    );
    expect(mcp.met.filter((each) => /refused/i.test(`${each}`))).toEqual([]);
    await mcp.client.close();
    expect(await run.stop("SIGTERM")).toBe("SIGTERM");
    await run.expectNothingLeft();
  });

  test("an editor that is killed takes its stdio MCP server with it, and the port beside it is free", async () => {
    const port = freePort();
    const words = (name: string) => [committed(`programs/node/${name}`), partFolder("node"), `${port}`];
    const guarded = [binary(), "reserve", `${port}`, "--", "node", ...words("websocket-mcp.mjs")];
    // Node has WebSockets of its own only from 22 on.
    await using editor = driveBare([process.execPath, ...words("editor.mjs"), ...guarded], { ports: [port] });
    await until("the editor's first use of its server", () => editor.stdout.endsWith("\n"));
    const server = Number(editor.stdout);
    expect(editor.processes().map(({ pid }) => pid)).toContain(server);
    const killedAt = performance.now();
    editor.signal("SIGKILL");
    const isGone = () => editor.processes().length === 0 && bindsPlainly("::", port) && bindsPlainly("127.0.0.1", port);
    await until("the end of all of it", isGone);
    const ms = Math.round(performance.now() - killedAt);
    console.log(`killed editor → server gone and port free: ${ms} ms (wanted: ${GONE_WITHIN_MS} ms)`);
    await editor.expectNothingLeft();
  });
});
