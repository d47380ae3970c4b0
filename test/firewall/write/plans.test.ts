import { describe, expect, test } from "bun:test";
import { parseCidr } from "../../../src/core/cidr.ts";
import { type Backend, BACKENDS, type RuleRequest } from "../../../src/core/rule-request.ts";
import { planExpiry } from "../../../src/firewall/expiry.ts";
import { type RuleFacts, offerRule, planRule } from "../../../src/firewall/plan-rule.ts";
import { parsePf } from "../../../src/firewall/pf/parse.ts";
import { parseWindowsRule } from "../../../src/firewall/windows/parse.ts";
import type { RulePlan } from "../../../src/firewall/write/plan.ts";

const LAN = ["192.168.1.0/24", "fe80::/64"].map((text) => parseCidr(text)!);
const FACTS: RuleFacts = { lan: LAN, families: [4, 6] };
const OPEN: RuleRequest = {
  id: "k3x9",
  action: "open",
  protocol: "tcp",
  ports: { first: 8000, last: 8000 },
  from: { kind: "lan" },
};
const CLOSE: RuleRequest = { ...OPEN, action: "close", from: { kind: "anywhere" } };

function plan(backend: Backend, request: RuleRequest, facts = FACTS): RulePlan {
  const planned = planRule(backend, request, facts, true);
  if (planned.kind === "no-plan") throw new Error(`${planned.because}: ${planned.hint}`);
  return planned;
}

/** The commands as one reads them, words joined by spaces, with what goes into them behind `<`. */
function typed(steps: RulePlan["apply"]): string[] {
  return steps.map(({ argv, input }) => argv.join(" ") + (input === undefined ? "" : ` < ${input}`));
}

function refusal(backend: Backend, request: RuleRequest, facts = FACTS): string {
  const planned = planRule(backend, request, facts);
  return planned.kind === "no-plan" ? planned.because : "planned";
}

describe("pf", () => {
  test("puts its rules into an anchor that macOS has already, and its main rule set is never written", () => {
    const { apply, verify, revert } = plan("pf", OPEN);
    expect(typed(apply)).toEqual([
      'pfctl -a com.apple/portguard.k3x9 -f - < pass in quick inet proto tcp from 192.168.1.0/24 to any port 8000 label "portguard:k3x9"\n' +
        'pass in quick inet6 proto tcp from fe80::/64 to any port 8000 label "portguard:k3x9"\n',
    ]);
    expect(typed(verify)).toEqual(["pfctl -a com.apple/portguard.k3x9 -vvsr"]);
    expect(typed(revert)).toEqual([
      "pfctl -a com.apple/portguard.k3x9 -F rules",
      "rm /etc/pf.anchors/portguard.k3x9",
      "rm /Library/LaunchDaemons/portguard.rule.k3x9.plist",
    ]);
    expect(parsePf(apply[0]!.input!).map(({ kind }) => kind)).toEqual(["rule", "rule"]);
  });

  test("takes an anchor of our own name where the main rule set leads to it, and none where it leads nowhere", () => {
    const own = { ...FACTS, pf: { mainRules: 'anchor "portguard/*" all\nanchor "com.apple/*" all\n', enabled: true } };
    expect(plan("pf", OPEN, own).apply[0]!.argv).toContain("portguard/k3x9");
    const none = { ...FACTS, pf: { mainRules: "block drop in all\n", enabled: true } };
    expect(refusal("pf", OPEN, none)).toBe("the main rule set of pf leads to no anchor that a rule could be put into");
  });

  test("is turned on by a token of its own where it is off, and given back by it", () => {
    const off = { ...FACTS, pf: { mainRules: 'anchor "com.apple/*" all\n', enabled: false } };
    const { apply, persist, revert } = plan(
      "pf",
      { ...CLOSE, interface: "en0", ports: { first: 8000, last: 8010 } },
      off,
    );
    expect(typed(apply)).toEqual([
      "pfctl -E",
      'pfctl -a com.apple/portguard.k3x9 -f - < block drop in quick on en0 proto tcp from any to any port 8000:8010 label "portguard:k3x9"\n',
    ]);
    expect(new RegExp(apply[0]!.keeps!).exec("pf enabled\nToken : 17264519826471\n")?.[1]).toBe("17264519826471");
    expect(typed(revert)[1]).toBe("pfctl -X KEPT");
    expect(typed(persist)[1]).toContain("<string>-E</string>");
  });
});

describe("Windows", () => {
  test("gets a rule by netsh for the local subnet, and only on private networks", () => {
    const { apply, verify, revert, rules } = plan("netsh", OPEN);
    expect(typed(apply)).toEqual([
      "netsh advfirewall firewall add rule name=portguard-k3x9 dir=in action=allow protocol=TCP localport=8000 remoteip=localsubnet profile=private",
    ]);
    expect(typed(verify)).toEqual(["netsh advfirewall firewall show rule name=portguard-k3x9 verbose"]);
    expect(typed(revert)).toEqual(["netsh advfirewall firewall delete rule name=portguard-k3x9"]);
    expect(parseWindowsRule(rules[0]!.text)).toMatchObject({ kind: "rule", action: "allow", profiles: ["private"] });
  });

  test("gets a rule by PowerShell that has a name and a group of its own", () => {
    // not String.raw: Bun writes what is not ASCII as escapes in there
    const program = "C:\\Program Files\\Bob’s app\\it's.exe";
    const request: RuleRequest = {
      ...OPEN,
      program,
      profile: "public",
      ports: { first: 8000, last: 8010 },
      from: { kind: "network", ...parseCidr("10.0.0.0/8")! },
    };
    expect(plan("powershell", request).apply[0]!.argv).toEqual([
      "powershell.exe",
      "-NoProfile",
      "-NonInteractive",
      "-Command",
      "New-NetFirewallRule -Name 'portguard-k3x9' -DisplayName 'portguard-k3x9' -Group 'portguard' -Direction Inbound -Action Allow " +
        "-Protocol TCP -LocalPort 8000-8010 -RemoteAddress 10.0.0.0/8 -Profile Public " +
        "-Program 'C:\\Program Files\\Bob’’s app\\it''s.exe' -ErrorAction Stop",
    ]);
    expect(plan("netsh", request).apply[0]!.argv).toContain(`program=${program}`);
  });

  test("takes the kind of network that this machine is on, but never lets a public one in by itself", () => {
    const on = (...activeProfiles: ("domain" | "private" | "public")[]): RuleFacts => ({
      ...FACTS,
      windows: { activeProfiles },
    });
    const profile = (facts: RuleFacts, request = OPEN) => plan("netsh", request, facts).apply[0]!.argv.at(-1);
    expect(profile(on("domain"))).toBe("profile=domain");
    expect(profile(on("public"))).toBe("profile=private");
    expect(profile(on("private"), CLOSE)).toBe("profile=domain,private,public");
  });

  test("is given no word that would become another rule", () => {
    expect(refusal("netsh", { ...OPEN, program: 'C:\\a" action=allow "' })).toContain("is no path and no name");
    expect(refusal("netsh", { ...OPEN, interface: "Ethernet" })).toBe(
      "netsh can't limit a rule to the interface `Ethernet`",
    );
    expect(plan("powershell", { ...OPEN, interface: "Ethernet 2" }).apply[0]!.argv.at(-1)).toContain(
      "-InterfaceAlias 'Ethernet 2'",
    );
  });
});

describe("the application firewall of macOS", () => {
  const program = "/opt/homebrew/bin/node";
  const facts = (now?: "allowed" | "blocked"): RuleFacts => ({
    ...FACTS,
    applicationFirewall: { on: true, blockAll: false, programs: new Map(now ? [[program, now]] : []) },
  });

  test("gets the program onto its list and off it again, or back to what it was", () => {
    const request = { ...OPEN, program };
    const tool = "/usr/libexec/ApplicationFirewall/socketfilterfw";
    const added = plan("application-firewall", request, facts());
    expect(typed(added.apply)).toEqual([`${tool} --add ${program}`, `${tool} --unblockapp ${program}`]);
    expect(typed(added.revert)).toEqual([`${tool} --remove ${program}`]);
    const changed = plan("application-firewall", request, facts("blocked"));
    expect(typed(changed.revert)).toEqual([`${tool} --blockapp ${program}`]);
    expect(plan("application-firewall", request, facts("allowed")).apply).toEqual([]);
  });

  test("is not asked for what it can't do", () => {
    expect(refusal("application-firewall", OPEN, facts())).toBe("it knows programs, not ports");
    const from = { kind: "network", ...parseCidr("10.0.0.0/8")! } as const;
    expect(refusal("application-firewall", { ...OPEN, program, from }, facts())).toContain("can't tell who connects");
  });
});

describe("for other machines", () => {
  test("each backend says what would be typed there", () => {
    const text = (backend: Backend) => typed(plan(backend, { ...OPEN, from: { kind: "anywhere" } }).apply);
    expect(text("iptables")).toEqual([
      "iptables -w -I INPUT 1 -p tcp --dport 8000 -m comment --comment portguard:k3x9 -j ACCEPT",
      "ip6tables -w -I INPUT 1 -p tcp --dport 8000 -m comment --comment portguard:k3x9 -j ACCEPT",
    ]);
    expect(text("nft")).toEqual([
      'nft -e -a -j insert rule inet filter input tcp dport 8000 accept comment "portguard:k3x9"',
    ]);
    expect(text("ufw")).toEqual(["ufw prepend allow in from any to any port 8000 proto tcp comment portguard:k3x9"]);
    expect(text("firewalld")).toEqual(["firewall-cmd --zone=public --add-port=8000/tcp"]);
  });

  test("what was applied can be taken back, step for step, whatever the backend", () => {
    for (const backend of BACKENDS.filter((each) => each !== "application-firewall")) {
      for (const request of [OPEN, CLOSE, { ...OPEN, forMs: 60_000 }]) {
        const { apply, persist, revert } = plan(backend, request);
        expect(revert.length).toBe([...apply, ...persist].flatMap(({ undo }) => undo).length);
        expect(revert.every(({ undo, risk }) => undo.length === 0 && risk === "none")).toBe(true);
        if (request.forMs !== undefined) expect(persist).toEqual([]);
      }
    }
  });

  test("no backend of another system is asked about programs, profiles or networks that are not there", () => {
    for (const backend of ["iptables", "nft", "ufw", "firewalld", "pf"] as const) {
      expect(refusal(backend, { ...OPEN, program: "/bin/x" })).toContain("can't tell programs apart");
      expect(refusal(backend, { ...OPEN, profile: "private" })).toContain("has no profiles");
    }
    for (const backend of ["iptables", "ufw", "pf"] as const) {
      expect(refusal(backend, OPEN, { ...FACTS, lan: [] })).toContain("there is no network");
    }
  });
});

describe("firewalld", () => {
  test("offers nothing that would open more than the interface that was asked for", () => {
    const zone = { name: "public", interfaces: ["eth0", "wlan0"], sources: [], richRules: [] };
    const firewalld = {
      defaultZone: "public",
      zones: [zone],
      interfaces: ["eth0", "wlan0"],
      engine: "nftables",
    } as const;
    const facts = { ...FACTS, firewalld };
    expect(refusal("firewalld", { ...OPEN, interface: "eth0" }, facts)).toContain("zone public has wlan0 beside eth0");
    const alone = { ...firewalld, zones: [zone, { ...zone, name: "home", interfaces: ["eth0"] }].toReversed() };
    expect(plan("firewalld", { ...OPEN, interface: "eth0" }, { ...FACTS, firewalld: alone }).apply[0]!.argv[1]).toBe(
      "--zone=home",
    );
  });
});

describe("the end of a rule's time", () => {
  const own = { program: "/usr/local/bin/portguard", environment: { XDG_STATE_HOME: "/var/lib/state" } };
  const short = { ...OPEN, forMs: 1_800_000 };

  test("is kept by the firewall where it can, else by a timer that is set before the rule is", () => {
    expect(planExpiry(OPEN, plan("iptables", OPEN), own, true)).toEqual({ kind: "never" });
    expect(planExpiry(short, plan("firewalld", short), own, true)).toEqual({ kind: "native" });
    expect(planExpiry(short, plan("nft", short), own, false)).toEqual({ kind: "native" });
    expect(planExpiry(short, plan("ufw", short), own, false)).toEqual({
      kind: "process",
      id: "k3x9",
      afterMs: 1_800_000,
      plan: plan("ufw", short),
    });
    const expiry = planExpiry(short, plan("ufw", short), own, true);
    if (expiry.kind !== "timer") throw new Error(expiry.kind);
    const [timer, ...rest] = typed(expiry.plan.apply);
    expect(timer).toBe(
      "systemd-run --quiet --collect --unit=portguard-rule-k3x9 --on-active=1800s --timer-property=AccuracySec=1s " +
        "--setenv=XDG_STATE_HOME=/var/lib/state -- /usr/local/bin/portguard rule --revert k3x9 --yes --quiet",
    );
    expect(rest).toEqual(typed(plan("ufw", short).apply));
    expect(typed(expiry.plan.revert).at(-1)).toBe("systemctl stop portguard-rule-k3x9.timer");
    const onWindows = planExpiry(
      short,
      plan("netsh", short),
      { ...own, program: String.raw`C:\p g\portguard.exe` },
      false,
    );
    if (onWindows.kind !== "process") throw new Error(onWindows.kind);
    const value = String.raw`HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce /v portguard-rule-k3x9`;
    expect(typed(onWindows.plan.apply)[0]).toBe(
      String.raw`reg add ${value} /t REG_SZ /d "C:\p g\portguard.exe" rule --revert k3x9 --yes --quiet /f`,
    );
    expect(typed(onWindows.plan.revert).at(-1)).toBe(`reg delete ${value} /f`);
  });
});

describe("an offer", () => {
  test("is made only of what is not judged to be in vain", () => {
    const planned = planRule("iptables", OPEN, FACTS);
    expect(offerRule(planned, () => ({ kind: "helps" }))).toEqual({ kind: "offered", plan: planned as RulePlan });
    expect(offerRule(planned, () => ({ kind: "unknown", because: "not root" }))).toMatchObject({
      kind: "offered",
      lack: { kind: "unknown", because: "not root" },
    });
    const half = { kind: "half", because: "raw drops it before", instead: ["iptables -t raw -D …"] } as const;
    expect(offerRule(planned, () => half)).toMatchObject({ kind: "offered", lack: half });
    const vain = { kind: "would-not-help", because: "raw drops it before", instead: ["iptables -t raw -D …"] } as const;
    expect(offerRule(planned, () => vain)).toMatchObject({ kind: "not-offered", because: "raw drops it before" });
    const none = planRule("iptables", { ...OPEN, program: "/x" }, FACTS);
    expect(offerRule(none, () => ({ kind: "helps" }))).toMatchObject({ kind: "not-offered" });
  });
});
