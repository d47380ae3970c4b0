import { describe, expect, test } from "bun:test";
import { splitAtDashes } from "../../src/cli/words/parse-args.ts";
import { parseRuleArgs } from "../../src/cli/rule/rule-args.ts";
import { refuseOddNames } from "../../src/cli/rule/rule-names.ts";
import { requireAddress } from "../../src/core/address.ts";
import type { NetworkInterface } from "../../src/core/network.ts";
import type { OsName } from "../../src/core/os.ts";

function parse(line: string): ReturnType<typeof parseRuleArgs> {
  return parseRuleArgs(splitAtDashes(line.split(" ").filter((word) => word !== "")));
}

function wishOf(line: string) {
  const args = parse(line);
  return args.kind === "write" ? args.wish : undefined;
}

const SAYS_NOTHING = { yes: false, json: false, quiet: false, color: "auto" };

describe("a rule line", () => {
  test("opens one port to the LAN, and changes nothing, unless it says otherwise", () => {
    expect(parse("8000")).toEqual({
      kind: "write",
      wish: { action: "open", protocol: "tcp", ports: { first: 8000, last: 8000 }, from: { kind: "lan" } },
      apply: false,
      ...SAYS_NOTHING,
    } as ReturnType<typeof parse>);
  });

  test("says everything that it can", () => {
    const flags = "--from 10.0.0.9/8 --in eth0 --program /usr/bin/node --profile private --for 30m";
    expect(wishOf(`8000-8010/udp ${flags}`)).toEqual({
      action: "open",
      protocol: "udp",
      ports: { first: 8000, last: 8010 },
      from: { kind: "network", address: requireAddress("10.0.0.0"), prefix: 8 },
      interface: "eth0",
      program: "/usr/bin/node",
      profile: "private",
      forMs: 1_800_000,
    });
    expect(parse("8000 --apply --yes --json")).toMatchObject({ apply: true, yes: true, json: true });
    expect(wishOf("--udp 53")).toMatchObject({ protocol: "udp" });
    expect(wishOf("53 --from fd00::1")).toMatchObject({ from: { kind: "network", prefix: 128 } });
  });

  test("closes to everybody, or to those whom it names", () => {
    expect(wishOf("8000 --close")).toMatchObject({ action: "close", from: { kind: "anywhere" } });
    expect(wishOf("8000 --close --from lan")).toMatchObject({ action: "close", from: { kind: "lan" } });
    expect(wishOf("8000 --from internet")).toMatchObject({ action: "open", from: { kind: "anywhere" } });
  });

  test("means the system of the backend that it names", () => {
    expect(parse("8000 --backend pf")).toMatchObject({ backend: "pf", system: "macos" });
    expect(parse("8000 --os windows")).toMatchObject({ system: "windows" });
    expect(parse("8000 --os linux --backend ufw")).toMatchObject({ backend: "ufw", system: "linux" });
  });

  test("takes back a rule by its id, by its port, or the only one", () => {
    const whichOf = (line: string) => {
      const args = parse(line);
      return args.kind === "revert" ? args.which : undefined;
    };
    expect(whichOf("--revert")).toEqual({ kind: "only" });
    for (const line of ["--revert abcd2345", "--revert=abcd2345", "abcd2345 --revert --yes --quiet"]) {
      expect(whichOf(line)).toEqual({ kind: "id", id: "abcd2345" });
    }
    // what an id may be, though all of it is digits
    expect(whichOf("--revert 23456789")).toEqual({ kind: "id", id: "23456789" });
    const port = { kind: "port", protocol: "tcp", ports: { first: 8000, last: 8000 } } as const;
    for (const line of ["8000 --revert", "--revert 8000", "--revert=8000"]) expect(whichOf(line)).toEqual(port);
    for (const line of ["53/udp --revert", "--revert --udp 53"]) {
      expect(whichOf(line)).toMatchObject({ kind: "port", protocol: "udp" });
    }
    expect(parse("--revert --dry-run")).toMatchObject({ dryRun: true });
    expect(parse("--list --json")).toEqual({ kind: "list", ...SAYS_NOTHING, json: true } as ReturnType<typeof parse>);
  });
});

describe("a rule line is refused", () => {
  test.each([
    ["", "no port is given", "portguard rule 8000"],
    ["8000 8001", "`8001` is a second port", "one at a time"],
    ["0", "0 is not a port", "1 to 65535"],
    ["70000", "70000 is not a port", "1 to 65535"],
    ["0080", "`0080` starts with a zero", "write 80"],
    ["-1", "-1 is not a port", "1 to 65535"],
    ["8010-8000", "runs backwards", "write 8000-8010"],
    ["db.lan:8000", "`db.lan:8000` is not a port", "of this machine"],
    ["http", "`http` is not a port", "as in 8000"],
    ["8000/icmp", "`8000/icmp` is not a port", "53/udp"],
    ["8000/tcp --udp", "contradict each other", "leave one"],
    ["8000 -- npm start", "rule runs no command", "leave `--`"],
    ["8000 --from mars", "`mars` is not a place to come from", "192.168.1.0/24"],
    ["8000 --from 10.0.0.0/33", "is not a place to come from", "lan, anywhere"],
    ["8000 --from fe80::1%2", "is not a place to come from", "lan, anywhere"],
    ["8000 --profile home", "`home` is not a value of --profile", "domain, private, public"],
    ["8000 --backend ipfw", "`ipfw` is not a value of --backend", "ufw"],
    ["8000 --os beos", "`beos` is not a value of --os", "linux"],
    ["8000 --os macos --backend ufw", "ufw is of linux, not of macos", "leave --os out"],
    ["8000 --for soon", "`soon` is not a duration for --for", "10m"],
    ["8000 --for 0", "--for leaves no time", "--for=1s"],
    ["8000 --apply --dry-run", "--apply and --dry-run contradict each other", "leave one"],
    ["--list --revert", "--list and --revert don't go together", "leave one"],
    ["8000 --list", "--list lists every rule", "leave `8000` out"],
    ["--list --apply", "--apply is of a new rule", "leave --apply or --list out"],
    ["8000 --revert --from lan", "--from is of a new rule", "leave --from or --revert out"],
    ["8000 --revert=abcd2345", "both say which rule", "leave one"],
    ["--revert Abc/../x", "is neither a rule's id nor a port", "--list"],
    ["8000 --json --quiet", "--json and --quiet contradict each other", "leave one"],
    ["8000 --form lan", "there is no flag `--form`", "did you mean --from?"],
  ])("`%s`: %s", (line, what, hint) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({
        exit: 2,
        what: expect.stringContaining(what) as string,
        hint: expect.stringContaining(hint) as string,
      }),
    );
  });
});

const ETH0: NetworkInterface = { index: 2, name: "eth0", up: true, loopback: false, wireless: false, addresses: [] };

describe("a name that ends in a rule's own language", () => {
  const refuse = (name: string, system: OsName, here?: readonly NetworkInterface[]) => () =>
    refuseOddNames({ ...wishOf("8000")!, interface: name }, system, here);

  test.each(["eth0", "br-3f2a", "wlp0s20f3", "eth0.100", "en0", "utun3"])("`%s` is an interface's", (name) => {
    expect(refuse(name, "linux")).not.toThrow();
    expect(refuse(name, "macos")).not.toThrow();
  });

  test.each(["eth+", "eth*", 'eth0" accept', "eth0;", "eth 0", "-i", "", "an-interface-too-long", "eth0\n", "ethé"])(
    "`%s` is none: it would be a wildcard, or more than a name",
    (name) => {
      expect(refuse(name, "linux")).toThrow("is not the name of one interface");
    },
  );

  test("Windows names interfaces in words, of which PowerShell must not make a pattern", () => {
    for (const name of ["Ethernet 2", "Wi-Fi", "vEthernet (WSL)"]) expect(refuse(name, "windows")).not.toThrow();
    for (const name of ["Eth*", "Wi[f]i", "a'; calc; '", "$(calc)"]) expect(refuse(name, "windows")).toThrow();
  });

  test("an interface that is not there is told, with those that are", () => {
    expect(refuse("eth0", "linux", [ETH0])).not.toThrow();
    expect(refuse("eth1", "linux", [ETH0])).toThrow(
      expect.objectContaining({ what: "there is no interface `eth1` here", hint: "there is eth0" }),
    );
  });

  test("a program is named by its whole path", () => {
    const program = (path: string, system: OsName) => () =>
      refuseOddNames({ ...wishOf("8000")!, program: path }, system);
    expect(program("/usr/bin/node", "macos")).not.toThrow();
    expect(program(String.raw`C:\Program Files\nodejs\node.exe`, "windows")).not.toThrow();
    expect(program(String.raw`%SystemRoot%\x.exe`, "windows")).not.toThrow();
    expect(program("node", "macos")).toThrow("is not the whole path");
    expect(program("node.exe", "windows")).toThrow("is not the whole path");
    expect(program("/usr/bin/no\nde", "macos")).toThrow("is not the whole path");
  });
});
