import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { until } from "../drive/until.ts";
import { FirewallRegistry, LOCAL } from "./firewall-registry.ts";
import { parseLines, type Wine } from "./wine.ts";

const KINDS = "Get-NetConnectionProfile | ForEach-Object { '{0} {1}' -f $_.InterfaceIndex, $_.NetworkCategory }";
const RUN_ONCE = String.raw`HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce`;
const NETSH = ["netsh", "advfirewall", "firewall"];
const POWERSHELL = ["powershell", "-NoProfile", "-NonInteractive", "-Command"];

interface Told {
  readonly ok: boolean;
  readonly state?: string;
  readonly because?: string;
  readonly now?: string;
  readonly instead?: readonly string[];
  readonly changed?: boolean;
  readonly rule?: { readonly id: string };
  readonly rules?: readonly { readonly id: string; readonly standing: string; readonly until?: string }[];
  readonly apply?: readonly { readonly argv: readonly string[] }[];
}

/** `rule` by the registry, netsh and PowerShell; what those were asked is noted by their fakes. */
export function testFirewallRule(wine: () => Wine): void {
  const rule = async (...args: readonly string[]): Promise<Told & { readonly exit: number }> => {
    const { stdout, stderr, end } = await wine().run("portguard.exe", "rule", ...args, "--json");
    const [told] = parseLines(stdout) as Told[];
    if (!told) throw new Error(`rule ${args.join(" ")} told nothing: ${stdout}${stderr}`);
    return { ...told, exit: Number(end) };
  };
  const callsFile = () => join(wine().folder, "calls.txt");
  /** What the tools were asked since this was called last, besides the kind of network. */
  const takeCalls = (): string[][] => {
    const text = existsSync(callsFile()) ? readFileSync(callsFile(), "utf8") : "";
    rmSync(callsFile(), { force: true });
    const calls = parseLines(text) as string[][];
    return calls.filter((call) => call.at(-1) !== KINDS);
  };
  const journal = async (id: string): Promise<unknown> => {
    const path = ["%LOCALAPPDATA%", "portguard", "rules", `${id}.json`].join("\\");
    return JSON.parse((await wine().run("cmd.exe", "/d", "/c", "type", path)).stdout);
  };
  const rules = async (): Promise<string> => {
    return (await wine().run("reg.exe", "query", `${LOCAL}\\FirewallRules`)).stdout;
  };

  const atSignIn = async (): Promise<string> => (await wine().run("reg.exe", "query", RUN_ONCE)).stdout;

  describe("rule", () => {
    let registry: FirewallRegistry;
    beforeAll(async () => {
      registry = new FirewallRegistry(wine());
      await registry.clear();
      registry.setKind("Private");
      await registry.addRule("{other}", "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=9001|Name=other|");
      await registry.addRule("{never}", "v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=9002|Name=never|");
    });
    afterAll(() => registry.clear());

    test("is offered where nothing lets the port in, with the very argv", async () => {
      const { exit, state, now, apply } = await rule("9000");
      expect([exit, state]).toEqual([0, "offered"]);
      expect(now).toContain("no rule speaks of it, and a private network blocks what none speaks of");
      expect(apply?.map(({ argv }) => argv.map((word) => word.replace(/portguard-\w+/, "NAME")))).toEqual([
        [
          ...NETSH,
          "add",
          "rule",
          "name=NAME",
          "dir=in",
          "action=allow",
          "protocol=TCP",
          "localport=9000",
          "remoteip=localsubnet",
          "profile=private",
        ],
      ]);
    });

    test("is needless where one is there already, and in vain beside one that blocks, which it names", async () => {
      const there = await rule("9001");
      expect([there.exit, there.state]).toEqual([0, "nothing-to-do"]);
      expect(there.because).toContain("rule `other` lets it in");
      const never = await rule("9002");
      expect([never.exit, never.state]).toEqual([1, "not-offered"]);
      expect(never.because).toContain("rule `never` blocks it");
      expect(never.instead?.join()).toContain("the rule `never` would have to go");
    });

    test("is for a public network only where that is said", async () => {
      registry.setKind("Public");
      const refused = await rule("9000");
      expect([refused.exit, refused.instead?.join()]).toEqual([
        1,
        expect.stringContaining("`--profile public`") as string,
      ]);
      const { exit, apply } = await rule("9000", "--profile", "public");
      expect([exit, apply?.[0]?.argv.at(-1)]).toEqual([0, "profile=public"]);
      registry.setKind("Private");
    });

    test("is applied by netsh, listed, applied again without a change, and taken back without a trace", async () => {
      const before = await rules();
      takeCalls();
      const applied = await rule("9000-9010", "--from", "192.168.77.0/24", "--apply", "--yes");
      expect([applied.exit, applied.state, applied.changed]).toEqual([0, "applied", true]);
      const id = applied.rule!.id;
      const name = `name=portguard-${id}`;
      const spec = ["dir=in", "action=allow", "protocol=TCP", "localport=9000-9010", "remoteip=192.168.77.0/24"];
      expect(takeCalls()).toEqual([
        [...NETSH, "show", "rule", name],
        [...NETSH, "add", "rule", name, ...spec, "profile=private"],
      ]);
      expect(await rules()).toContain(`LPort2_10=9000-9010|RA4=192.168.77.0/24|Name=portguard-${id}|`);
      expect((await rule("--list")).rules).toMatchObject([{ id, standing: "in place" }]);
      expect(await journal(id)).toMatchObject({
        backend: "netsh",
        state: "applied",
        steps: [{ state: "done", step: { undo: [{ argv: [...NETSH, "delete", "rule", name] }] } }],
      });
      takeCalls();
      const again = await rule("9000-9010", "--from", "192.168.77.0/24", "--apply", "--yes");
      expect([again.exit, again.changed, again.rule?.id]).toEqual([0, false, id]);
      expect(takeCalls()).toEqual([[...NETSH, "show", "rule", name]]);
      expect((await rule("--revert", id)).exit).toBe(0);
      expect(takeCalls()).toEqual([
        [...NETSH, "show", "rule", name],
        [...NETSH, "delete", "rule", name],
        [...NETSH, "show", "rule", name], // whether a copy of it stays
      ]);
      expect(await rules()).toBe(before);
      expect((await rule("--list")).rules).toEqual([]);
    });

    test("is applied by PowerShell, for one program, and taken back by its own name", async () => {
      const before = await rules();
      const program = String.raw`C:\Program Files\it's\node.exe`;
      const wish = ["9003", "--backend", "powershell", "--program", program, "--from", "anywhere"];
      const applied = await rule(...wish, "--apply", "--yes");
      expect([applied.exit, applied.state]).toEqual([0, "applied"]);
      const id = applied.rule!.id;
      const named = `-Name 'portguard-${id}'`;
      const spec = [
        `New-NetFirewallRule ${named} -DisplayName 'portguard-${id}' -Group 'portguard' -Direction Inbound`,
        "-Action Allow -Protocol TCP -LocalPort 9003 -RemoteAddress Any -Profile Private",
        String.raw`-Program 'C:\Program Files\it''s\node.exe' -ErrorAction Stop`,
      ];
      expect(takeCalls()).toEqual([
        [...POWERSHELL, `Get-NetFirewallRule ${named} -ErrorAction Stop`],
        [...POWERSHELL, spec.join(" ")],
      ]);
      expect((await rule("--revert")).exit).toBe(0);
      expect(takeCalls()).toEqual([
        [...POWERSHELL, `Get-NetFirewallRule ${named} -ErrorAction Stop`],
        [...POWERSHELL, `Remove-NetFirewallRule ${named} -ErrorAction Stop`],
        [...POWERSHELL, `Get-NetFirewallRule ${named} -ErrorAction Stop`],
      ]);
      expect(await rules()).toBe(before);
    });

    test("that closes keeps out what another lets in, and is the stronger one", async () => {
      const { exit, state } = await rule("9001", "--close", "--apply", "--yes");
      expect([exit, state]).toEqual([0, "applied"]);
      expect((await rule("9001")).instead?.join()).toContain("would have to go");
      expect((await rule("--revert", "9001")).exit).toBe(0);
      expect((await rule("9001")).state).toBe("nothing-to-do");
      takeCalls();
    });

    test("that is for a time is taken back at the next sign-in, too, where our process was ended before", async () => {
      const { exit, rule: made } = await rule("9004", "--for", "1h", "--apply", "--yes");
      expect(exit).toBe(0);
      expect(await atSignIn()).toContain(`"Z:\\win\\portguard.exe" rule --revert ${made!.id} --yes --quiet`);
      expect((await rule("--list")).rules).toMatchObject([{ id: made!.id, until: expect.any(String) as string }]);
      expect((await rule("--revert")).exit).toBe(0);
      expect(await atSignIn()).not.toContain(made!.id);
    });

    test("that is for a time goes by itself, long after portguard", async () => {
      const before = await rules();
      const { exit, rule: made } = await rule("9005", "--for", "12s", "--apply", "--yes");
      expect(exit).toBe(0);
      await until("the rule is taken back", async () => (await rules()) === before);
      await until("the journal is empty", async () => (await rule("--list")).rules?.length === 0);
      expect(takeCalls()).toContainEqual([...NETSH, "delete", "rule", `name=portguard-${made!.id}`]);
    });
  });
}
