import { describe, expect, test } from "bun:test";
import { binary } from "../../drive.ts";
import { Arena, PORTS } from "../../firewall/write/arena.ts";
import { enableUfw, startFirewalld } from "../../firewall/write/managers.ts";
import { stateOf } from "../../firewall/rule-drive.ts";
import { need, needThat } from "../../need.ts";
import { expectBlocked, expectHealthy, expectWarned, type Reached } from "./reach.ts";

const PORT = String(PORTS.asked);
const FROM_CLIENT = ["--from", "10.77.0.2"];

/** What `reach` says where the arena's server is, with the manager that runs there. */
async function reachIn(arena: Arena, ...args: readonly string[]): Promise<Reached> {
  const ran = await arena.run({ argv: [...stateOf(arena), binary(), "reach", PORT, ...args, "--json"] });
  if (ran.kind === "not-run") throw new Error(ran.because);
  return { ...(JSON.parse(ran.stdout) as Omit<Reached, "exit">), exit: ran.code };
}

/** What the client on the other side gets. */
function connectThere(arena: Arena): string {
  return arena.connect(`10.77.0.1#${PORT}`)[0] ?? "nothing";
}

function groupUfw(): void {
  test("what ufw refuses by default is named as ufw's, and --fix opens it by ufw", async () => {
    using arena = await Arena.open();
    await enableUfw(arena);
    const reached = await reachIn(arena, ...FROM_CLIENT);
    expectBlocked(reached, "FIREWALL_REJECTS", /ufw-/);
    expect(reached.findings[0]?.title).toContain("by ufw: ");
    expect(connectThere(arena)).toBe("shut");
    expectHealthy(await reachIn(arena, ...FROM_CLIENT, "--fix", "--yes"));
    expect(connectThere(arena)).toBe("connected");
    expect(await arena.told("ufw", "status")).toMatch(/8000\/tcp +ALLOW +10\.77\.0\.2/);
  });

  test("an allow that stands behind a deny is named, and ufw itself puts one before it", async () => {
    using arena = await Arena.open();
    await enableUfw(arena);
    await arena.told("ufw", "reject", "proto", "tcp", "from", "10.77.0.0/24", "to", "any", "port", PORT);
    await arena.told("ufw", "allow", `${PORT}/tcp`);
    const reached = await reachIn(arena, ...FROM_CLIENT);
    expectBlocked(reached, "RULE_BEHIND_REJECT", /ufw-user-input/);
    const commands = reached.findings[0]?.remedies.flatMap((remedy) => remedy.commands) ?? [];
    expect(commands).toEqual([["sudo", "portguard", "rule", PORT, "--from", "10.77.0.2/32"]]);
    expectHealthy(await reachIn(arena, ...FROM_CLIENT, "--fix", "--yes"));
    expect(connectThere(arena)).toBe("connected");
  });
}

function groupFirewalld(): void {
  test("what firewalld has in another zone, or only in one of its two configurations, is named and mended", async () => {
    using arena = await Arena.open();
    await startFirewalld(arena, "nftables");
    const cmd = (...args: readonly string[]) => arena.told("firewall-cmd", ...args);
    await cmd("--zone=internal", `--add-port=${PORT}/tcp`);
    const other = await reachIn(arena, ...FROM_CLIENT);
    expectBlocked(other, "FIREWALLD_OTHER_ZONE", /zone internal has `8000\/tcp`/);
    expect(other.findings[0]?.title).toContain(`it comes to zone public, and port ${PORT} is open in zone internal`);

    // the zone of the interface is kept, too: a reload would put it elsewhere
    await cmd("--permanent", "--zone=public", "--change-interface=pg0");
    await cmd("--permanent", "--new-service=ours");
    await cmd("--permanent", "--service=ours", `--add-port=${PORT}/tcp`);
    await cmd("--permanent", "--zone=public", "--add-service=ours");
    const kept = await reachIn(arena, ...FROM_CLIENT);
    expectBlocked(kept, "FIREWALLD_NOT_LOADED", /`service ours` is in the permanent configuration of zone public/);
    expect(connectThere(arena)).not.toBe("connected");
    await arena.told(...(kept.findings[0]?.remedies[0]?.commands[0] ?? []).slice(1));
    expect(connectThere(arena)).toBe("connected");
    expectHealthy(await reachIn(arena, ...FROM_CLIENT));
    await cmd("--permanent", "--zone=public", "--remove-service=ours");
    const now = await reachIn(arena, ...FROM_CLIENT);
    expectWarned(now, "FIREWALLD_NOT_KEPT", /`service ours` is in force in zone public/);
    await arena.told(...(now.findings[0]?.remedies[0]?.commands[0] ?? []).slice(1));
    expectHealthy(await reachIn(arena, ...FROM_CLIENT));
  });
}

const isRoot = needThat("root", process.getuid?.() === 0);
if (isRoot && need("ufw", "iptables", "nft", "nsenter", "unshare")) describe("a real ufw:", groupUfw);
if (isRoot && need("firewalld", "firewall-cmd", "dbus-daemon", "iptables", "nft", "nsenter", "unshare")) {
  describe("a real firewalld:", groupFirewalld);
}
