import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname } from "node:path";
import { binary, driveBare } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { isAlive } from "../free/freeing.ts";
import { kill, listenerOf, program, stage } from "../holders/scene.ts";
import { describeServer } from "../servers/find-server.ts";
import { committed, partFolder } from "../servers/parts.ts";
import { WorkFolder, emptyFolder } from "../servers/work-folder.ts";

const ENTRY =
  '{\n  // mine\n  "mcpServers": {\n    "shim": { "command": "python", "args": ["shim.py"], "env": { "KEY": "k" } },\n    "web": { "url": "http://x" }\n  },\n}\n';

/** A folder with a configuration, and portguard run in it with a state folder of its own. */
class Place extends WorkFolder {
  readonly #env: Readonly<Record<string, string>>;

  constructor(text: string | Uint8Array = ENTRY, name = ".mcp.json", env: Readonly<Record<string, string>> = {}) {
    super(emptyFolder().path);
    this.#env = { ...env, XDG_STATE_HOME: this.file("state") };
    writeFileSync(this.file(name), text);
  }

  wrap(...args: readonly string[]): { exit: number; stdout: string; stderr: string } {
    const { exitCode, stdout, stderr } = Bun.spawnSync([binary(), "wrap", ...args], {
      cwd: this.path,
      env: { ...process.env, LC_ALL: "C.UTF-8", ...this.#env },
    });
    return { exit: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  read(name = ".mcp.json"): string {
    return readFileSync(this.file(name), "utf8");
  }
}

const FRONT = (port: string) =>
  `"command": ${JSON.stringify(binary())}, "args": ["reserve", "${port}", "--if-held", "stop-orphan", "--", "python", `;

describe("wrap", () => {
  test("puts portguard before the server and nothing else; twice changes nothing; --undo takes it back", () => {
    using place = new Place();
    const first = place.wrap(".mcp.json", "shim", "--port", "3005");
    expect(first).toMatchObject({ exit: 0, stderr: "" });
    expect(first.stdout).toStartWith(
      `✓ shim of .mcp.json is started as \`${binary()} reserve 3005 --if-held stop-orphan -- python …\``,
    );
    const wrapped = place.read();
    expect(wrapped).toBe(ENTRY.replace('"command": "python", "args": [', FRONT("3005")));
    expect(place.wrap(".mcp.json", "shim", "--port", "3005").stdout).toContain("is wrapped already");
    expect(place.wrap(".mcp.json", "shim").stdout).toContain("is wrapped already");
    expect(place.read()).toBe(wrapped);
    expect(place.wrap(".mcp.json", "shim", "--undo")).toMatchObject({ exit: 0, stderr: "" });
    expect(place.read()).toBe(ENTRY);
    expect(place.wrap(".mcp.json", "shim", "--undo").stdout).toBe("✓ shim of .mcp.json is not wrapped\n");
    expect(readdirSync(place.path).toSorted()).toEqual([".mcp.json", "state"]);
  });

  test("keeps what the file was, for its owner alone, until it is taken back", () => {
    using place = new Place();
    const { backup } = JSON.parse(place.wrap(".mcp.json", "shim", "--port", "3005", "--json").stdout) as {
      backup: string;
    };
    expect(readFileSync(backup, "utf8")).toBe(ENTRY);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    place.wrap(".mcp.json", "shim", "--port", "3006");
    place.wrap(".mcp.json", "shim", "--undo");
    expect(place.read()).toBe(ENTRY);
    expect(readdirSync(dirname(backup))).toEqual([]);
  });

  test("with --undo keeps what somebody wrote since", () => {
    using place = new Place();
    place.wrap(".mcp.json", "shim", "--port", "3005");
    writeFileSync(place.file(".mcp.json"), place.read().replace("// mine", "// theirs"));
    place.wrap(".mcp.json", "shim", "--undo");
    expect(place.read()).toBe(ENTRY.replace("// mine", "// theirs"));
  });

  test("with another --port or --if-held changes that alone", () => {
    using place = new Place();
    place.wrap(".mcp.json", "shim", "--port", "3005");
    const own = place.read().replace('"3005", ', '"3005", "--grace", "3s", ');
    writeFileSync(place.file(".mcp.json"), own);
    expect(place.wrap(".mcp.json", "shim", "--if-held", "wait")).toMatchObject({ exit: 0, stderr: "" });
    expect(place.read()).toContain('["reserve", "3005", "--if-held", "wait", "--grace=3s", "--", "python", "shim.py"]');
    place.wrap(".mcp.json", "shim", "--if-held", "stop");
    // Nobody is there who could be asked.
    expect(place.read()).toContain(
      '["reserve", "3005", "--if-held", "stop", "--grace=3s", "--yes", "--", "python", "shim.py"]',
    );
  });

  test("shows with --dry-run what would change, and changes nothing", () => {
    using place = new Place();
    const { exit, stdout } = place.wrap(".mcp.json", "shim", "--port", "3005", "--dry-run");
    const line = (text: string) => text.split("\n")[3]!;
    const after = ENTRY.replace('"command": "python", "args": [', FRONT("3005"));
    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: `--- .mcp.json\n+++ .mcp.json\n@@ -4 +4 @@\n-${line(ENTRY)}\n+${line(after)}\n`,
    });
    expect(place.read()).toBe(ENTRY);
  });

  test("takes the port that the entry names", () => {
    using place = new Place(
      '{"servers": {"shim": {"command": "x", "args": ["--port", "3005"], "env": {"PORT": "1"}}}}',
    );
    expect(place.wrap(".mcp.json", "shim").stderr).toContain("names several ports: 3005 (--port), 1 (PORT)");
    place.wrap(".mcp.json", "shim", "--port", "3005");
    // The server's own PORT stays what its entry says.
    expect(place.read()).toContain(
      '["reserve", "3005", "--if-held", "stop-orphan", "--no-env", "--", "x", "--port", "3005"]',
    );
  });

  test("takes the server of ~/.claude.json for the folder that it is asked in, and each back by itself", () => {
    const shim = { command: "python", args: ["shim.py"] };
    using place = new Place("", ".claude.json");
    const [here, there] = [place.path, "/home/ada/other"];
    const source = JSON.stringify({
      projects: { [here]: { mcpServers: { shim } }, [there]: { mcpServers: { shim } } },
    });
    writeFileSync(place.file(".claude.json"), source);
    const first = place.wrap(".claude.json", "shim", "--port", "3005");
    expect(first.stdout).toStartWith(`✓ shim of .claude.json, for ${here}, is started as `);
    const once = place.read(".claude.json");
    const second = place.wrap(".claude.json", "shim", "--port", "3006", "--project", there, "--json");
    expect(JSON.parse(second.stdout)).toMatchObject({ ok: true, changed: true, server: "shim", project: there });
    expect(place.read(".claude.json").match(/"reserve","\d+"/g)).toEqual(['"reserve","3005"', '"reserve","3006"']);
    place.wrap(".claude.json", "shim", "--undo", "--project", there);
    expect(place.read(".claude.json")).toBe(once);
    place.wrap(".claude.json", "shim", "--undo");
    expect(place.read(".claude.json")).toBe(source);
  });

  test("keeps a file's mode and follows a link to it", () => {
    using place = new Place(ENTRY, "real.json");
    chmodSync(place.file("real.json"), 0o640);
    symlinkSync("real.json", place.file("mcp.json"));
    expect(place.wrap("mcp.json", "shim", "--port", "3005").exit).toBe(0);
    expect(lstatSync(place.file("mcp.json")).isSymbolicLink()).toBe(true);
    expect(statSync(place.file("real.json")).mode & 0o777).toBe(0o640);
    expect(place.read("real.json")).toContain("reserve");
  });

  test("names portguard in a worktree if PATH has it, and its place elsewhere", () => {
    const PATH = [dirname(binary()), process.env["PATH"]].join(delimiter);
    using place = new Place(ENTRY, ".mcp.json", { PATH });
    mkdirSync(place.file(".git"));
    writeFileSync(place.file(".git/HEAD"), "ref: refs/heads/main\n");
    place.wrap(".mcp.json", "shim", "--port", "3005");
    expect(place.read()).toContain('"command": "portguard"');
    writeFileSync(place.file("claude_desktop_config.json"), ENTRY);
    place.wrap("claude_desktop_config.json", "shim", "--port", "3005");
    expect(place.read("claude_desktop_config.json")).toContain(`"command": ${JSON.stringify(binary())}`);
  });

  test.each([
    [["shm", "--port", "1"], 1, "no server of .mcp.json is called `shm`", "did you mean `shim`? there are shim, web"],
    [
      ["web", "--port", "1"],
      1,
      "`web` is reached by its URL: no command of this file starts it",
      "wrap what starts it",
    ],
    [["shim"], 2, "nothing in `shim` says which port it takes", "say it, as in --port 3005"],
    [["shim", "--port", "99999"], 2, "99999 is not a port", "ports are 0 to 65535; 0 is any free one"],
  ])("refuses %j, and leaves the file as it is", (args, exit, what, hint) => {
    using place = new Place();
    const stderr = `portguard: ${what}\nportguard: hint: ${hint}\n`;
    expect(place.wrap(".mcp.json", ...args)).toEqual({ exit, stdout: "", stderr });
    expect(place.read()).toBe(ENTRY);
  });

  test.each([
    ["broken JSON", '{\n  "mcpServers": {,\n', ".mcp.json:2:18: it is not JSON: value expected"],
    ["UTF-16", Buffer.from(`\uFEFF${ENTRY}`, "utf16le"), ".mcp.json can't be read: it is not UTF-8"],
    ["nothing", "", ".mcp.json:1:1: it is not JSON: value expected"],
  ])("tells %s in one line", (_what, text, told) => {
    using place = new Place(text);
    const before = readFileSync(place.file(".mcp.json"));
    const { exit, stdout, stderr } = place.wrap(".mcp.json", "shim", "--port", "3005");
    expect({ exit, stdout, told: stderr.split("\n")[0] }).toEqual({ exit: 2, stdout: "", told: `portguard: ${told}` });
    expect(readFileSync(place.file(".mcp.json"))).toEqual(before);
  });

  test("tells where a file is missing, or can't be written", () => {
    using place = new Place();
    expect(place.wrap("none.json", "shim")).toMatchObject({ exit: 2, stdout: "" });
    writeFileSync(place.file("state"), "");
    expect(place.wrap(".mcp.json", "shim", "--port", "3005").exit).not.toBe(0);
    expect(place.read()).toBe(ENTRY);
  });
});

describeServer("MCP over stdio", () => {
  test("a wrapped server is started on its port, answers over stdio, and portguard writes no byte there", async () => {
    const port = freePort();
    const args = [committed("programs/node/stdio-mcp.mjs"), partFolder("node"), "--port", String(port)];
    const env = { SHIM_WORD: "from the entry" };
    using place = new Place(JSON.stringify({ mcpServers: { shim: { command: "node", args, env } } }, undefined, 2));
    expect(place.wrap(".mcp.json", "shim")).toMatchObject({ exit: 0, stderr: "" });
    const { mcpServers } = JSON.parse(place.read()) as { mcpServers: { shim: { command: string; args: string[] } } };
    const { command, args: wrapped } = mcpServers.shim;
    expect(wrapped.slice(0, 2)).toEqual(["reserve", String(port)]);
    await using run = driveBare([command, ...wrapped], { env, stdin: "pipe" });
    const info = { protocolVersion: "2025-06-18", clientInfo: { name: "test", version: "1" }, capabilities: {} };
    const ask = (message: object) => run.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    ask({ id: 1, method: "initialize", params: info });
    await until("the answer", () => run.stdout.includes("\n"));
    ask({ method: "notifications/initialized" });
    ask({ id: 2, method: "tools/call", params: { name: "where", arguments: {} } });
    await until("the second answer", () => run.stdout.split("\n").length > 2);
    const answers = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(answers).toMatchObject([
      { id: 1, result: { serverInfo: { name: "shim", version: "1.2.3" } } },
      { id: 2, result: { content: [{ type: "text", text: String(port) }] } },
    ]);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("from the entry");
    await run.stop();
    await run.expectNothingLeft();
  });

  test("a wrapped server takes the place of the one that a killed editor left behind, unwrapped", async () => {
    const port = freePort();
    const args = [committed("programs/node/stdio-mcp.mjs"), partFolder("node"), "--port", String(port)];
    using place = new Place(JSON.stringify({ mcpServers: { shim: { command: "node", args } } }));
    symlinkSync(Bun.which("node")!, place.file("code"));
    await using editor = stage([place.file("code"), program("editor.mjs"), "pipe", "node", ...args]);
    const left = await listenerOf(editor, port);
    await kill(editor.pid);
    expect(isAlive(left)).toBe(true);
    place.wrap(".mcp.json", "shim");
    const { shim } = (JSON.parse(place.read()) as { mcpServers: { shim: { command: string; args: string[] } } })
      .mcpServers;
    const env = { XDG_STATE_HOME: place.file("state") };
    await using run = driveBare([shim.command, ...shim.args], { env, stdin: "pipe" });
    await until("the hand-over", () => run.voice.some((line) => line.startsWith(`${port} handed to node`)));
    expect(run.voice[0]).toBe(`port ${port} was held by node (pid ${left}): stopped`);
    expect({ left: isAlive(left), stdout: run.stdout }).toEqual({ left: false, stdout: "" });
    await run.stop();
    await run.expectNothingLeft();
  });
});
