import { describe, expect, test } from "bun:test";
import { parseAddress } from "../../src/core/address.ts";
import { parseApplicationFirewall, parseFilterTexts } from "../../src/os/macos/network/application-firewall.ts";
import { parseState } from "../../src/os/macos/network/health.ts";
import { parseVersion } from "../../src/os/macos/network/machine.ts";
import { parseArp, parseNdp } from "../../src/os/macos/network/neighbour.ts";
import { parseRoute } from "../../src/os/macos/network/route.ts";
import { runTool } from "../../src/os/macos/network/run-tool.ts";
import { parseUnixSockets } from "../../src/os/macos/network/unix-sockets.ts";

const TO = parseAddress("203.0.113.7")!;

/** What `route -n get` prints, with these lines for the ones that differ. */
function routeGet(lines: readonly string[], mtu = 1500): string {
  const numbers = [
    " recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire",
    `       0         0         0        12         3         0      ${mtu}         0 `,
  ];
  return ["   route to: 203.0.113.7", ...lines, ...numbers, ""].join("\n");
}

describe("`route -n get`", () => {
  const route = (lines: readonly string[], mtu?: number) =>
    parseRoute({ stdout: routeGet(lines, mtu), stderr: "" }, TO);

  test("tells gateway, interface and MTU", () => {
    const lines = [
      "destination: default",
      "       mask: default",
      "    gateway: 192.168.1.1",
      "  interface: en0",
      "      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>",
    ];
    expect(route(lines)).toEqual({
      kind: "unicast",
      interface: "en0",
      gateway: { family: 4, text: "192.168.1.1", scopeId: 0 },
      mtu: 1500,
      text: "destination default, mask default, gateway 192.168.1.1, interface en0, flags <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>",
    });
  });

  test("shows a machine of our subnet without a gateway, and no MTU where it is 0", () => {
    const lines = [
      "destination: 192.168.1.20",
      "  interface: en0",
      "      flags: <UP,HOST,DONE,LLINFO,WASCLONED,IFSCOPE,IFREF>",
    ];
    const found = route(lines, 0);
    expect(found).toMatchObject({ kind: "unicast", interface: "en0" });
    expect(Object.keys(found!)).toEqual(["kind", "interface", "text"]);
  });

  test.each([
    ["<UP,HOST,DONE,LOCAL>", "lo0", "local"],
    ["<UP,HOST,DONE,LLINFO,WASCLONED,LOCAL,IFSCOPE,IFREF>", "en0", "local"],
    ["<UP,GATEWAY,DONE,REJECT,STATIC>", "lo0", "unreachable"],
    ["<UP,GATEWAY,DONE,STATIC,BLACKHOLE>", "lo0", "blackhole"],
    ["<UP,DONE,CLONING,STATIC,MULTICAST>", "en0", "multicast"],
    ["<UP,HOST,DONE,LLINFO,WASCLONED,IFSCOPE,IFREF,BROADCAST>", "en0", "broadcast"],
  ] as const)("with the flags %s on %s is %s", (flags, device, kind) => {
    expect(route(["destination: x", `  interface: ${device}`, `      flags: ${flags}`])?.kind).toBe(kind);
  });

  test("says that there is none, and nothing of what is no answer", () => {
    const stderr = "route: writing to routing socket: not in table\n";
    expect(parseRoute({ stdout: "", stderr }, TO)).toEqual({ kind: "none", text: "no route to 203.0.113.7" });
    expect(parseRoute({ stdout: "", stderr: "route: bad address: x\n" }, TO)).toBeUndefined();
    expect(parseRoute({ stdout: "usage: route [-dnqtv] command\n", stderr: "" }, TO)).toBeUndefined();
  });
});

test("`arp -n` is read, on however many interfaces the address is", () => {
  expect(parseArp("? (192.168.2.1) at 18:58:80:a:4a:1c on en0 ifscope [ethernet]\n")).toBe("reachable");
  expect(parseArp("? (192.168.2.2) at (incomplete) on en0 ifscope [ethernet]\n")).toBe("incomplete");
  const two =
    "? (192.168.2.2) at (incomplete) on en0 ifscope [ethernet]\n? (192.168.2.2) at 52:54:0:55:1a:c8 on bridge100 ifscope [bridge]\n";
  expect(parseArp(two)).toBe("reachable");
  expect(parseArp("192.168.2.9 (192.168.2.9) -- no entry\n")).toBe("none");
});

test("`ndp -n` is read by its column of states", () => {
  const head = "Neighbor                                Linklayer Address  Netif Expire    St Flgs Prbs\n";
  const states = {
    "fe80::1807:d761:578a:6885%en0           42:6c:f:e9:a8:65     en0 21h58m44s S  R": "stale",
    "2409:8a6c:1763:4351::1000               de:cb:f1:62:24:68    en0 permanent R": "reachable",
    "fe80::1234:5678:abcd:ef01%en0           (incomplete)         en0 expired   N": "incomplete",
    "fe80::1%en0 (fe80::1%en0) -- no entry": "none",
  } as const;
  for (const [line, state] of Object.entries(states)) expect(parseNdp(`${head}${line}\n`)).toBe(state);
  expect(parseNdp(head)).toBe("none");
});

test("`netstat -f unix` shows listeners: a file, and no peer", () => {
  const text = [
    "Active LOCAL (UNIX) domain sockets",
    "Address          Type   Recv-Q Send-Q            Inode             Conn             Refs          Nextref Addr",
    "3c34f15613c2c967 stream      0      0                0 3c34f15613c2c0cf                0                0 /var/run/mDNSResponder",
    "3c34f15613c2c0cf stream      0      0                0 3c34f15613c2c967                0                0",
    "3c34f15613c2aaaa stream      0      0 3c34f15611111111                0                0                0 /var/run/mDNSResponder",
    "3c34f15613c2bbbb stream      0      0 3c34f15622222222                0                0                0 /Users/me/My App/web.sock",
    "3c34f15613c2cccc dgram       0      0 3c34f15633333333                0                0                0 /var/run/syslog",
    "Registered kernel control modules",
  ].join("\n");
  expect(parseUnixSockets(text)).toEqual([
    { path: "/var/run/mDNSResponder", pids: [] },
    { path: "/Users/me/My App/web.sock", pids: [] },
  ]);
  expect(parseUnixSockets("")).toEqual([]);
});

describe("the application firewall", () => {
  /** As `system_profiler -json SPFirewallDataType` prints it on macOS 15. */
  const report = (state: string, applications: Readonly<Record<string, string>>) =>
    JSON.stringify({
      SPFirewallDataType: [
        {
          _name: "spfirewall_settings",
          spfirewall_applications: applications,
          spfirewall_globalstate: `spfirewall_globalstate_${state}`,
          spfirewall_loggingenabled: "No",
          spfirewall_stealthenabled: "No",
        },
      ],
    });

  test("blocks what is blocked for everybody", () => {
    const applications = {
      "com.apple.ruby": "spfirewall_allow_all",
      "ABCDE12345.com.example.helper": "spfirewall_block_all",
      "/usr/local/bin/node": "spfirewall_block_all",
      Dropbox: "spfirewall_allow_local",
    };
    expect(parseApplicationFirewall(report("limit_connections", applications))).toEqual({
      kind: "seen",
      value: {
        on: true,
        blockAll: false,
        blocked: ["ABCDE12345.com.example.helper", "/usr/local/bin/node"],
        allowed: ["com.apple.ruby"],
      },
    });
  });

  test("may be off, or block everybody", () => {
    expect(parseApplicationFirewall(report("allow_all", {}))).toMatchObject({ value: { on: false, blockAll: false } });
    expect(parseApplicationFirewall(report("block_all", {}))).toMatchObject({ value: { on: true, blockAll: true } });
  });

  test("is told by its own tool, too, by the paths of programs", () => {
    const programs = [
      "Total number of apps = 2 ",
      "",
      "1 : /usr/libexec/remoted ",
      "             (Allow incoming connections) ",
      "",
      "2 : /opt/homebrew/bin/node ",
      "             (Block incoming connections) ",
      "",
    ].join("\n");
    const on = "Firewall is enabled. (State = 1) \n";
    const block = (state: string) => `Firewall has block all state set to ${state}.\n`;
    expect(parseFilterTexts(on, block("disabled"), programs)).toEqual({
      kind: "seen",
      value: { on: true, blockAll: false, blocked: ["/opt/homebrew/bin/node"], allowed: ["/usr/libexec/remoted"] },
    });
    expect(parseFilterTexts(on, block("enabled"), "")).toMatchObject({ value: { on: true, blockAll: true } });
    expect(parseFilterTexts("Firewall is disabled. (State = 0)\n", "", "")).toMatchObject({ value: { on: false } });
    expect(parseFilterTexts("Firewall is blocking all. (State = 2)\n", "", "").kind).toBe("seen");
    expect(parseFilterTexts("", "", "").kind).toBe("unseen");
  });

  test.each(["", "{", "[]", "null", "{}", '{"SPFirewallDataType":[]}', report("strange", {})])(
    "is unseen in %j",
    (text) => {
      expect(parseApplicationFirewall(text).kind).toBe("unseen");
    },
  );
});

test("a process is halted by a signal or by its debugger", () => {
  const block = (status: number, flags: number) => {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32LE(status, 12);
    bytes.writeUInt32LE(flags, 32);
    return parseState(bytes);
  };
  expect([block(2, 0), block(2, 2), block(4, 0), block(4, 0x4002), block(5, 0)]).toEqual([
    "running",
    "running",
    "stopped",
    "traced",
    "zombie",
  ]);
});

test("the major version is what counts", () => {
  expect(["15.1\0", "26.0.1\0", ""].map((text) => parseVersion(Buffer.from(text)))).toEqual([15, 26, 0]);
});

test("a tool that is not there, or says too much, has given no answer", () => {
  expect(runTool("/bin/echo", "hello")).toEqual({ stdout: "hello\n", stderr: "" });
  expect(runTool("/usr/sbin/nothing-like-it")).toBeUndefined();
  expect(runTool("/bin/cat", "/dev/zero")).toBeUndefined();
});
