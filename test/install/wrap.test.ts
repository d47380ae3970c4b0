import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chooseServer } from "../../src/install/wrap/choose-server.ts";
import { BOM, findServer, namesOf, parseConfig, wordsOf } from "../../src/install/wrap/config.ts";
import { planUnwrap, planWrap, wrappingOf } from "../../src/install/wrap/plan-wrap.ts";
import { portOfServer } from "../../src/install/wrap/port-of-server.ts";

const PROGRAM = ["/opt/portguard"];
const WORDS = ["3005", "--if-held", "wait"];

function wrap(source: string, name = "shim", words: readonly string[] = WORDS): string {
  const config = parseConfig(source, "mcp.json");
  const plan = planWrap(source, config, findServer(config, name)!, PROGRAM, words);
  return plan.kind === "changed" ? plan.text : "unchanged";
}

function unwrap(source: string, name = "shim"): string {
  const config = parseConfig(source, "mcp.json");
  const plan = planUnwrap(source, config, findServer(config, name)!);
  return plan.kind === "changed" ? plan.text : "unchanged";
}

describe("a wrapped configuration keeps its own layout", () => {
  const one = (entry: string) => `{"mcpServers": {"shim": ${entry}}}`;
  const [FRONT, LINES] = [
    '"reserve", "3005", "--if-held", "wait", "--", ',
    '"reserve",\n    "3005",\n    "--if-held",\n',
  ];

  test.each([
    [
      "on one line",
      one('{"command": "python", "args": ["shim.py"]}'),
      one(`{"command": "/opt/portguard", "args": [${FRONT}"python", "shim.py"]}`),
    ],
    [
      "without spaces",
      one('{"args":["a","b"],"command":"python"}'),
      one(`{"args":[${FRONT.replaceAll(" ", "")}"python","a","b"],"command":"/opt/portguard"}`),
    ],
    ["with no args", one('{"command": "x"}'), one(`{"command": "/opt/portguard", "args": [${FRONT}"x"]}`)],
    [
      "with empty args",
      one('{"command": "x", "args": []}'),
      one(`{"command": "/opt/portguard", "args": [${FRONT}"x"]}`),
    ],
    [
      "with an arg a line, comments and a trailing comma",
      one('{\n  "command": "x", // c\n  "args": [ // the args\n    "a", /* b */\n    "c",\n  ],\n}'),
      one(
        `{\n  "command": "/opt/portguard", // c\n  "args": [ // the args\n    ${LINES}    "wait",\n    "--",\n    "x",\n    "a", /* b */\n    "c",\n  ],\n}`,
      ),
    ],
    [
      "with no args, a property a line and CRLF",
      one('{\r\n\t"command": "x",\r\n\t"cwd": "/"\r\n}'),
      one(`{\r\n\t"command": "/opt/portguard",\r\n\t"args": [${FRONT}"x"],\r\n\t"cwd": "/"\r\n}`),
    ],
    [
      "behind a byte order mark, as VS Code's servers",
      `${BOM}{"servers": {"shim": {"type": "stdio", "command": "x"}}}`,
      `${BOM}{"servers": {"shim": {"type": "stdio", "command": "/opt/portguard", "args": [${FRONT}"x"]}}}`,
    ],
  ])("%s", (_layout, before, after) => {
    expect(wrap(before)).toBe(after);
    expect(wrap(after)).toBe("unchanged");
  });

  test("and what is not ours, whatever it is", () => {
    const word = fc.string({ maxLength: 8 });
    const entry = fc.record(
      { command: fc.string({ minLength: 1 }), args: fc.array(word, { maxLength: 4 }), env: fc.dictionary(word, word) },
      { requiredKeys: ["command"] },
    );
    const indent = fc.constantFrom(undefined, 1, 2, "\t");
    fc.assert(
      fc.property(entry, fc.json(), indent, (shim, other, space) => {
        const config = { a: JSON.parse(other) as unknown, mcpServers: { x: { command: "y" }, shim }, z: [1] };
        const wrapped = wrap(JSON.stringify(config, undefined, space));
        const args = ["reserve", ...WORDS, "--", shim.command, ...(shim.args ?? [])];
        const expected = { ...config.mcpServers, shim: { ...shim, command: "/opt/portguard", args } };
        expect(JSON.parse(wrapped)).toEqual({ ...config, mcpServers: expected });
        const unwrapped = JSON.parse(unwrap(wrapped)) as typeof config;
        expect(unwrapped.mcpServers.shim).toEqual({ ...shim, args: shim.args ?? [] });
        if (shim.args?.length) expect(unwrap(wrapped)).toBe(JSON.stringify(config, undefined, space));
      }),
    );
  });
});

test("an earlier wrapping is replaced, not wrapped again", () => {
  const wrapped = wrap('{"mcpServers": {"shim": {"command": "python", "args": ["shim.py"]}}}');
  const again = wrap(wrapped, "shim", ["3006"]);
  expect(JSON.parse(again)).toEqual({
    mcpServers: { shim: { command: "/opt/portguard", args: ["reserve", "3006", "--", "python", "shim.py"] } },
  });
});

test.each([
  ["a program of another name", { command: "guard", args: ["reserve", "1", "--", "x"] }],
  ["another verb", { command: "portguard", args: ["reach", "1", "--", "x"] }],
  ["a hold without a command", { command: "portguard", args: ["reserve", "1"] }],
  ["nothing behind the dashes", { command: "portguard", args: ["reserve", "1", "--"] }],
])("%s is no wrapping", (_what, shim) => {
  const config = parseConfig(JSON.stringify({ servers: { shim } }), "mcp.json");
  expect(wrappingOf(findServer(config, "shim")!)).toBeUndefined();
});

test.each([["C:\\tools\\portguard.exe", "/opt/Portguard", "portguard"]])(
  "a wrapping is known by its program's name, wherever it is: %s",
  (...programs) => {
    for (const command of programs) {
      const shim = { command, args: ["reserve", "1", "--", "a", "b"] };
      const config = parseConfig(JSON.stringify({ servers: { shim } }), "mcp.json");
      expect(wrappingOf(findServer(config, "shim")!)).toEqual({ length: 4, words: ["1"], inner: ["a", "b"] });
    }
  },
);

/** The same text, as other editors would have it: every one of them is somebody's. */
const FORMS: readonly (readonly [what: string, form: (text: string) => string])[] = [
  ["as it is", (text) => text],
  ["with CRLF", (text) => text.replaceAll("\n", "\r\n")],
  ["with tabs", (text) => text.replaceAll("  ", "\t")],
  ["behind a byte order mark", (text) => BOM + text],
];

const ENTRY = `{
        // started by hand before
        "command": "python", /* 3.12 */
        "args": ["shim.py", "--port", "3005"], "env": { "A": "\\u00e9" }
      }`;

describe("every client's own form is known, and all else of the file stays byte for byte:", () => {
  describe.each([
    ["Claude, Cursor, Windsurf", `{\n  "mcpServers": {\n      "shim": ${ENTRY},\n  },\n}\n`],
    ["VS Code's mcp.json", `{\n  "inputs": [],\n  "servers": {\n      "shim": ${ENTRY}\n  }\n}`],
    ["VS Code's settings.json", `{\n  "a.b": 1,\n  "mcp": {\n    "servers": { "shim": ${ENTRY}, },\n  }, // end\n}\n`],
    ["its flat form", `{ "mcp.servers": { "shim": ${ENTRY} } }`],
    ["a workspace", `{ "folders": [], "settings": { "mcp": { "servers": { "shim": ${ENTRY} } } } }`],
    ["a dev container", `{ "customizations": { "vscode": { "mcp": { "servers": { "shim": ${ENTRY} } } } } }`],
    ["Zed", `// Zed\n{\n  "theme": "One",\n  "context_servers": {\n      "shim": ${ENTRY}\n  },\n}\n`],
    [
      "Zed of 2025",
      `{ "context_servers": { "shim": { "source": "custom", "command": ${ENTRY.replace('"command"', '"path"')} } } }`,
    ],
  ])("%s", (_client, source) => {
    test.each(FORMS)("%s", (_what, form) => {
      const before = form(source);
      const after = wrap(before);
      const key = before.includes('"path"') ? "path" : "command";
      const expected = before
        .replace(`"${key}": "python"`, `"${key}": "/opt/portguard"`)
        .replace('["shim.py"', '["reserve", "3005", "--if-held", "wait", "--", "python", "shim.py"');
      expect(after).toBe(expected);
      expect(wrap(after)).toBe("unchanged");
      expect(unwrap(after)).toBe(before);
    });
  });
});

describe("of Claude Code's own file", () => {
  const entry = (port: number) => ({ command: "x", args: ["--port", `${port}`] });
  const file = (own: object, projects: Readonly<Record<string, object>>) => {
    const each = Object.entries(projects).map(([folder, mcpServers]) => [folder, { allowedTools: [], mcpServers }]);
    return parseConfig(JSON.stringify({ ...own, projects: Object.fromEntries(each) }), ".claude.json");
  };
  const both = file(
    { mcpServers: { shim: entry(1) } },
    { "/home/ada/shop": { shim: entry(2), web: entry(3) }, "D:/shop": { shim: entry(4) }, "/home/ada/old": {} },
  );
  const portIn = (config: typeof both, folders: readonly string[], project?: string, name = "shim") => {
    const found = chooseServer(config, { name, folders, ...(project !== undefined && { project }) });
    return found && wordsOf(found)[2];
  };

  test("the server for this folder comes first, then the one for all, then one that has no other of its name", () => {
    expect(portIn(both, ["/home/ada/shop/src", "/home/ada/shop"])).toBe("2");
    expect(portIn(both, ["/home/ada/old"])).toBe("1");
    expect(portIn(both, ["/"], undefined, "web")).toBe("3");
    expect(portIn(both, ["/"], undefined, "none")).toBeUndefined();
    expect(portIn(both, ["/home/ada/shop"], "/home/ada/shop/")).toBe("2");
    expect(namesOf(both)).toEqual(["shim", "web"]);
  });

  test("a folder of Windows is the same, however it is written", () => {
    expect(portIn(both, ["d:\\shop"])).toBe("4");
    expect(portIn(both, ["/"], "d:\\shop\\")).toBe("4");
  });

  test("which of several is meant has to be said, and can't be said wrongly", () => {
    const two = file({}, { "/a": { shim: entry(1) }, "/b": { shim: entry(2) } });
    expect(() => portIn(two, ["/"])).toThrow("BAD_USAGE: .claude.json has a server `shim` for each of /a, /b");
    expect(portIn(two, ["/"], "/b")).toBe("2");
    expect(() => portIn(two, ["/"], "/c")).toThrow("SERVER_UNKNOWN: .claude.json has no server `shim` for /c");
  });

  test("one server is wrapped, and no other of its name", () => {
    const plan = planWrap(both.text, both, findServer(both, "shim", "/home/ada/shop")!, PROGRAM, WORDS);
    const after = parseConfig(plan.kind === "changed" ? plan.text : "", "x");
    const commands = [undefined, "/home/ada/shop", "D:/shop"].map(
      (each) => wordsOf(findServer(after, "shim", each)!)[0],
    );
    expect(commands).toEqual(["x", "/opt/portguard", "x"]);
  });
});

describe("what can't be read is told by its place", () => {
  test.each([
    ["{", "mcp.json:1:2: it is not JSON: close brace expected"],
    ['{\n  "mcpServers": {\n    "a" {}\n  }\n}', "mcp.json:3:9: it is not JSON: colon expected"],
    ["", "mcp.json:1:1: it is not JSON: value expected"],
    ['{"mcpServers": []}', "mcp.json has no MCP servers in it"],
    ["[]", "mcp.json has no MCP servers in it"],
  ])("%j", (source, what) => {
    expect(() => parseConfig(source, "mcp.json")).toThrow(`CONFIG_BROKEN: ${what}`);
  });
});

describe("a server that no command starts is refused", () => {
  test.each([
    ['{"type": "http", "url": "http://x/mcp"}', "`shim` is reached by its URL: no command of this file starts it"],
    ["{}", "`shim` has no command that could be started"],
    ['{"command": ["x"]}', "`shim` has no command that could be started"],
    ['{"command": "x", "args": "y"}', "the `args` of `shim` are not a list of texts"],
    ['{"command": "x", "args": [1]}', "the `args` of `shim` are not a list of texts"],
    ['{"command": "x", "command": "y"}', "`shim` has its command or its args twice"],
    ['{"command": "x"}, "shim": {"command": "y"}', "mcp.json has two servers that are called `shim`"],
  ])("%s", (entry, what) => {
    const config = parseConfig(`{"mcpServers": {"shim": ${entry}}}`, "mcp.json");
    expect(() => findServer(config, "shim")).toThrow(`SERVER_NOT_WRAPPABLE: ${what}`);
  });
});

describe("the port of an entry", () => {
  const portOf = (shim: object) => {
    const server = findServer(parseConfig(JSON.stringify({ servers: { shim } }), "mcp.json"), "shim")!;
    expect(wordsOf(server)[0]).toBe("x");
    return () => portOfServer(server);
  };

  test.each([
    [{ args: ["--port", "3005"] }, "3005", "--port"],
    [{ args: ["--ws-port=3005"] }, "3005", "--ws-port"],
    [{ args: ["-p", "3005", "--port=3005"] }, "3005", "-p"],
    [{ env: { WS_PORT: "3005" } }, "3005", "WS_PORT"],
    [{ env: { PORT: 3005 } }, "3005", "PORT"],
  ])("%j", (entry, port, by) => {
    expect(portOf({ command: "x", ...entry })()).toEqual({ port, by });
  });

  test.each([
    [{ args: ["--port"] }, "nothing in `shim` says which port it takes"],
    [{ args: ["--report", "3005"] }, "nothing in `shim` says which port it takes"],
    [{ args: ["--port", "70000"], env: { REPORT: "3005" } }, "nothing in `shim` says which port it takes"],
    [{ args: ["--port", "3005"], env: { WS_PORT: "1" } }, "`shim` names several ports: 3005 (--port), 1 (WS_PORT)"],
  ])("is not guessed from %j", (entry, what) => {
    expect(portOf({ command: "x", ...entry })).toThrow(`BAD_USAGE: ${what}`);
  });
});
