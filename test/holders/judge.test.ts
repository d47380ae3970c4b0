import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Life, Parentage, PipeTrace, StdioEnd } from "../../src/core/origin.ts";
import { seen, unseen } from "../../src/core/seen.ts";
import { judge } from "../../src/holders/judge.ts";
import { ADOPTED, factsOf, kin, leaders, US } from "./facts.ts";

const LEFT = kin({}, ADOPTED);
const grade = (...args: Parameters<typeof factsOf>) => judge(factsOf(...args)).grade;
const doubt = (...args: Parameters<typeof factsOf>) => judge(factsOf(...args)).because;

const pipe = (other: "open" | "closed" | "unknown", trace: PipeTrace = { kind: "pair" }): StdioEnd => {
  return { kind: "pipe", other, trace };
};
const NULL: StdioEnd = { kind: "null" };
const FILE: StdioEnd = { kind: "file", path: "/tmp/log" };

test("an orphan for certain is what an editor leaves that was killed", () => {
  expect(grade([LEFT])).toBe("certain");
  const sh = kin({ pid: 490, name: "sh", command: ["sh", "-c", "x"] }, ADOPTED);
  expect(grade([kin({}, { kind: "started", by: 490 }), sh])).toBe("certain");
});

describe("less than all of it is not certain, and what is missing is told", () => {
  test.each<[title: string, life: Partial<Life>, because: string]>([
    ["stdin alone is broken", { stdio: seen([pipe("closed"), FILE, FILE]) }, "nothing shows that it is not wanted"],
    ["stdout alone is broken", { stdio: seen([NULL, pipe("closed"), pipe("closed")]) }, "nothing shows"],
    [
      "somebody still hears it",
      { stdio: seen([pipe("closed"), pipe("closed"), pipe("open")]) },
      "somebody may still talk to it",
    ],
    [
      "one end is not known",
      { stdio: seen([pipe("closed"), pipe("closed"), pipe("unknown")]) },
      "somebody may still talk",
    ],
    ["there is no pipe", { stdio: seen([NULL, FILE, FILE]) }, "nothing shows that it is not wanted any more"],
    ["its files may not be seen", { stdio: unseen("other") }, "whether somebody still talks to it can't be seen"],
    ["its home may not be seen", { home: unseen("other") }, "whether it is a service can't be seen"],
    [
      "it is in a group of cron's",
      { home: seen({ unit: { name: "cron.service", manager: "system" } }) },
      "it belongs to cron.service",
    ],
    ["its environment may not be seen", { environment: unseen("other") }, "not all of its process may be seen"],
    ["its signals may not be seen", { hangup: unseen("other") }, "not all of its process may be seen"],
  ])("%s", (_title, life, because) => {
    expect(grade([LEFT], life)).toBe("likely");
    expect(doubt([LEFT], life)).toContain(because);
  });

  test("somebody is connected", () => {
    expect(grade([LEFT], {}, 1)).toBe("likely");
    expect(doubt([LEFT], {}, 2)).toContain("2 clients are connected to it");
  });

  test("it is another user's, root's question included", () => {
    expect(doubt([{ ...LEFT, uid: 1001 }])).toContain("it is another user's");
    expect(judge({ ...factsOf([LEFT]), us: [{ ...US, uid: 0 }] }).grade).toBe("likely");
  });

  test("its group's leader lives: a shell may have let go of it", () => {
    const disowned: Parentage = { ...ADOPTED, strength: "likely" } as Parentage;
    expect(doubt([kin({}, disowned, leaders("itself", "gone"))])).toContain("a shell may have let go of it on purpose");
  });

  test("its leaders may not be seen", () => {
    expect(grade([kin({}, ADOPTED, unseen("another namespace"))])).toBe("likely");
  });
});

describe("a deleted folder is as strong a sign as broken pipes", () => {
  const grades = (...stdio: [StdioEnd, StdioEnd, StdioEnd]) => {
    const life = { stdio: seen(stdio), folder: seen("deleted" as const) };
    return grade([LEFT], { ...life, terminal: seen({ kind: "terminal", name: "pts/1" }) });
  };

  test("where its terminal is gone, or its output goes to nobody", () => {
    const gone: StdioEnd = { kind: "terminal", name: "pts/1", state: "deleted" };
    expect(grades(NULL, gone, gone)).toBe("certain");
    expect(grades(NULL, pipe("closed"), pipe("closed"))).toBe("certain");
  });

  test("but not of what an installer has started as a daemon, or in a terminal that is there", () => {
    const there: StdioEnd = { kind: "terminal", name: "pts/1", state: "there" };
    expect(grades(NULL, FILE, FILE)).toBe("likely");
    expect(grades(NULL, there, there)).toBe("likely");
    expect(grades(NULL, pipe("open"), pipe("closed"))).toBe("likely");
  });
});

describe("broken pipes tell for whom they were made", () => {
  const pair = (pid: number, state: "alive" | "gone") => pipe("closed", { kind: "pair", maker: { pid, state } });
  const fifo = (id: string, madeAt = START - 2) => pipe("closed", { kind: "fifo", made: { id, madeAt } });
  const START = 1_000_000;
  const left = kin({ startedAt: START }, ADOPTED);
  const because = (...stdio: [StdioEnd, StdioEnd, StdioEnd]) => {
    const { grade: got, because: why } = judge(factsOf([left], { stdio: seen(stdio) }));
    return got === "certain" ? got : why;
  };

  test("a pair of sockets, that its maker is gone, who led its group or came after", () => {
    expect(because(pair(400, "gone"), pair(400, "gone"), NULL)).toBe("certain");
    expect(because(pair(410, "gone"), pair(410, "gone"), pair(410, "gone"))).toBe("certain");
    expect(because(pair(410, "alive"), pair(410, "alive"), NULL)).toContain("whoever made its pipes is there: pid 410");
    expect(because(pair(410, "gone"), pair(410, "gone"), pair(7, "alive"))).toContain("is there: pid 7");
    expect(because(pair(399, "gone"), pair(399, "gone"), NULL)).toContain("were made for another program");
  });

  test("pipes proper, that there are three, and no older than it", () => {
    expect(because(fifo("1"), fifo("2"), fifo("3"))).toBe("certain");
    expect(because(fifo("1", START - 500), fifo("2"), fifo("3"))).toContain("were made for another program");
    expect(because(fifo("1"), fifo("2"), fifo("2"))).toContain("a shell's pipeline");
    expect(because(fifo("1"), fifo("2"), NULL)).toContain("a shell's pipeline");
    const untold = pipe("closed", { kind: "fifo" });
    expect(because(untold, untold, untold)).toContain("a shell's pipeline");
    const command = kin({ startedAt: START }, ADOPTED, seen(SAME_LEADER));
    const facts = factsOf([command], { stdio: seen([fifo("1"), fifo("2"), fifo("3")]) });
    expect(judge(facts).because).toContain("a command that was run through pipes");
  });

  const SAME_LEADER = { group: { pid: 400, state: "gone" }, session: { pid: 400, state: "gone" } } as const;
});

test("what an agent's command leaves is not certain, and an empty variable says nothing", () => {
  expect(doubt([LEFT], { environment: seen(new Map([["CLAUDECODE", "1"]])) })).toContain("CLAUDECODE is set");
  expect(grade([LEFT], { environment: seen(new Map([["CLAUDECODE", ""]])) })).toBe("certain");
});

describe("who means to stay is kept, whatever else is broken", () => {
  test.each<[title: string, facts: Parameters<typeof factsOf>]>([
    ["nohup", [[LEFT], { hangup: seen("ignored") }]],
    ["PORTGUARD_KEEP", [[LEFT], { environment: seen(new Map([["PORTGUARD_KEEP", ""]])) }]],
    ["Jenkins is told to", [[LEFT], { environment: seen(new Map([["BUILD_ID", "dontKillMe"]])) }]],
    ["a session of its own", [[kin({}, ADOPTED, leaders("gone", "itself"))]]],
    ["a session of its own, under init", [[kin({}, { kind: "detached", by: 1 }, leaders("itself", "itself"))]]],
    [
      "a wrapper with a session of its own",
      [[kin({}, { kind: "started", by: 490 }), kin({ pid: 490, name: "sh" }, ADOPTED, leaders("gone", "itself"))]],
    ],
  ])("%s", (_title, facts) => expect(grade(...facts)).toBe("kept"));
});

describe("whoever has somebody is no orphan", () => {
  test.each([
    ["code", "live", "editor"],
    ["Cursor Helper (Plugin)", "live", "editor"],
    ["claude", "live", "agent"],
    ["tmux: server", "live", "session"],
    ["PM2 v5.4.3: God", "managed", "manager"],
    ["supervisord", "managed", "manager"],
    ["sshd-session", "live", "remote"],
    ["cron", "live", "schedule"],
    ["gnome-terminal-", "live", "terminal"],
    ["my-runner", "live", "process"],
  ])("%s above it", (name, itsGrade, kind) => {
    const above = kin(
      { pid: 490, name, command: [`/usr/bin/${name}`] },
      { kind: "started", by: 1 },
      leaders("itself", "alive"),
    );
    const facts = factsOf([kin({}, { kind: "started", by: 490 }), above]);
    expect([judge(facts).grade, facts.startedBy.kind]).toEqual([itsGrade as never, kind as never]);
  });

  test("a process manager is not to be stopped for one of its programs, whose port it has itself", () => {
    const god = kin({ name: "PM2 v7.0.4: God", command: ["PM2 v7.0.4: God Daemon (/home/ada/.pm2)"] }, ADOPTED);
    expect(judge(factsOf([god]))).toMatchObject({ grade: "managed", because: "a process manager itself" });
    const script = kin({ name: "node", command: ["node", "foreman-api.js"] }, ADOPTED);
    expect(grade([script])).toBe("certain");
  });

  test("a process manager is not to be stopped for one of its programs, whose port it has itself", () => {
    const god = kin({ name: "PM2 v7.0.4: God", command: ["PM2 v7.0.4: God Daemon (/home/ada/.pm2)"] }, ADOPTED);
    expect(judge(factsOf([god]))).toMatchObject({ grade: "managed", because: "a process manager itself" });
    const script = kin({ name: "node", command: ["node", "foreman-api.js"] }, ADOPTED);
    expect(grade([script])).toBe("certain");
  });

  test("an adopter that is no init, below something that lives, is somebody, too", () => {
    const adopter = kin({ pid: 490, name: "reaper", command: ["reaper"] }, { kind: "started", by: 480 });
    const agent = kin({ pid: 480, name: "claude", command: ["claude"] }, { kind: "started", by: 1 });
    expect(grade([LEFT, adopter, agent])).toBe("live");
  });

  test("a service, a container and what its socket started are looked after", () => {
    const unit = { name: "web.service", manager: "system" } as const;
    expect(grade([LEFT], { home: seen({ unit }) })).toBe("managed");
    expect(grade([LEFT], { home: seen({ container: { runtime: "docker", id: "f".repeat(64) } }) })).toBe("managed");
    expect(grade([LEFT], { environment: seen(new Map([["LISTEN_PID", "500"]])) })).toBe("managed");
  });

  test.each([
    ["ControlCenter", 5000, "switch the AirPlay receiver off"],
    ["systemd", 631, "`systemctl --user list-sockets` names"],
    ["launchd", 88, "`launchctl list` names"],
  ])("%s on port %d has it for the system, which says how it is let go of", (name, port, stop) => {
    const facts = factsOf([kin({ name, command: [name] }, { kind: "started", by: 1 })], {}, 0, port);
    expect(judge(facts).grade).toBe("managed");
    expect(facts.startedBy).toMatchObject({ kind: "service", stop: expect.stringContaining(stop) });
  });

  test("Docker Desktop publishes a container's port, and Control Center on another port is none of AirPlay's", () => {
    const of = (name: string) => factsOf([kin({ name, command: [name] }, { kind: "started", by: 1 })]).startedBy;
    expect(of("com.docker.backend")).toEqual({ kind: "container", by: "com.docker.backend" });
    expect(of("ControlCenter").kind).toBe("init");
  });

  test("what runs this very command is nobody's orphan", () => {
    const facts = factsOf([LEFT]);
    expect(judge({ ...facts, us: [US, LEFT] }).grade).toBe("live");
  });
});

test("nothing that any sign speaks against is ever an orphan for certain", () => {
  const end = fc.constantFrom<StdioEnd>(pipe("open"), pipe("closed"), pipe("unknown"), NULL, FILE, { kind: "closed" });
  const state = fc.constantFrom<"itself" | "alive" | "gone">("itself", "alive", "gone");
  const flag = fc.boolean();
  const any = fc.record({
    stdio: fc.tuple(end, end, end),
    group: state,
    session: state,
    nohup: flag,
    keep: flag,
    strong: flag,
    connections: fc.nat({ max: 2 }),
    unit: flag,
    gone: flag,
    uid: fc.constantFrom(1000, 0),
  });
  fc.assert(
    fc.property(any, (it) => {
      const parent: Parentage = { ...ADOPTED, strength: it.strong ? "proven" : "likely" } as Parentage;
      const life: Partial<Life> = {
        stdio: seen(it.stdio),
        hangup: seen(it.nohup ? "ignored" : "heeded"),
        environment: seen(new Map(it.keep ? [["PORTGUARD_KEEP", "1"]] : [])),
        folder: seen(it.gone ? "deleted" : "there"),
        home: seen(it.unit ? { unit: { name: "atd.service", manager: "system" } } : {}),
      };
      const { grade: got } = judge(
        factsOf([{ ...kin({}, parent, leaders(it.group, it.session)), uid: it.uid }], life, it.connections),
      );
      const pipes = it.stdio.filter(({ kind }) => kind === "pipe");
      const [stdin, ...others] = it.stdio.map((each) => each.kind === "pipe" && each.other === "closed");
      const broken =
        stdin && others.includes(true) && pipes.every((each) => each.kind === "pipe" && each.other === "closed");
      const mayBeCertain =
        it.strong &&
        it.session !== "itself" &&
        !it.nohup &&
        !it.keep &&
        it.connections === 0 &&
        !it.unit &&
        it.uid === 1000 &&
        (broken || it.gone);
      if (got === "certain") expect(mayBeCertain).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
