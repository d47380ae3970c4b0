import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { binary, driveBare, Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { until } from "../drive/until.ts";
import { driveBelow, reserve, type Way, WAYS } from "./guarded.ts";

/** Stops itself, so that nothing changes while it is looked at. */
const COMMAND = ["sh", "-c", "kill -STOP $$"];

/** The lines of /proc/PID/status that a program gets from whoever starts it. */
const FROM_THE_STARTER =
  /^(Umask|Uid|Gid|Groups|SigBlk|SigIgn|SigCgt|Cap[A-Z][a-z]{2}|NoNewPrivs|Cpus_allowed|Threads):.*$/gm;

/** What portguard adds on purpose. */
const OURS = /^(PORT|LISTEN_(PID|FDS|FDNAMES))=/;

async function untilStopped(run: Run): Promise<number> {
  const isIt = (command: string) => command.startsWith(COMMAND.join(" "));
  const stopped = () => run.processes().find(({ pid, command }) => isIt(command) && stateOf(pid) === "T");
  return until("the command to stop itself", () => stopped()?.pid);
}

/** What a process has from its starter, in words that are the same for every run. */
function describeState(run: Run, pid: number, way?: Way) {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "latin1").replaceAll(run.folder, "/run");
  const fds = readdirSync(`/proc/${pid}/fd`).filter((fd) => !(way === "inherit" && fd === "3"));
  return {
    status: read("status").match(FROM_THE_STARTER),
    limits: read("limits"),
    fds: fds.map((fd) => `${fd} ${describeFd(run, pid, fd)}`),
    cwd: readlinkSync(`/proc/${pid}/cwd`).replaceAll(run.folder, "/run"),
    environment: read("environ")
      .split("\0")
      .filter((entry) => !OURS.test(entry) && !entry.includes(run.marker))
      .toSorted(),
    command: read("cmdline").split("\0"),
    outOfMemory: read("oom_score_adj"),
    timerSlack: read("timerslack_ns"),
    inSessionOf: sessionOf(pid) === run.pid,
    inGroupOf: groupOf(pid) === run.pid,
  };
}

/** The file and its flags, `0100001` for one that is appended to; pipes and sockets have no name that stays. */
function describeFd(run: Run, pid: number, fd: string): string {
  const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
  const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8"))?.[1];
  return `${target.replaceAll(run.folder, "/run").replace(/(:\[|\/pts\/)\d+\]?$/, "")} ${flags}`;
}

const fieldsOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
const stateOf = (pid: number) => fieldsOf(pid)[0];
const groupOf = (pid: number) => Number(fieldsOf(pid)[2]);
const sessionOf = (pid: number) => Number(fieldsOf(pid)[3]);

/** Starts the command below this shell line, bare and under portguard, and expects no difference. */
async function expectSame(way: Way, script: string, terminal = false, flags: readonly string[] = []): Promise<void> {
  const port = freePort();
  const args = reserve(way, port, flags, COMMAND);
  await using bare = driveBare(["sh", "-c", script, "sh", ...COMMAND], { terminal });
  await using guarded = driveBelow(script, { args, terminal, ports: [port] });
  const expected = describeState(bare, await untilStopped(bare));
  expect(describeState(guarded, await untilStopped(guarded), way)).toEqual(expected);
}

describe.each(WAYS)("a command started by %s finds what it would find without portguard", (way) => {
  test("on pipes", () => expectSame(way, 'exec setsid "$@"'));

  test("in a terminal", () => expectSame(way, 'exec "$@"', true));

  test("with open files, at their numbers", () =>
    expectSame(way, `exec 7>>"$TMPDIR/../seven" 8</dev/null 9<>"$TMPDIR/../nine" 5<&0; exec setsid "$@"`));

  test("with ignored signals, a umask and a folder", () =>
    expectSame(way, `trap "" HUP USR1 TERM ALRM; umask 027; cd /usr; exec setsid "$@"`));

  test("with blocked signals", () => expectSame(way, 'exec setsid env --block-signal=USR1,TERM "$@"'));

  test("with a soft limit of open files that a shell above has set", () =>
    expectSame(way, 'ulimit -Sn 300; setsid "$@"; exit $?'));

  test("with a soft limit that --nofile gives", () =>
    expectSame(way, 'case $* in *portguard*) ;; *) ulimit -Sn 300 ;; esac; exec setsid "$@"', false, [
      "--nofile",
      "300",
    ]));

  test("with other limits, nice and out-of-memory scores", () =>
    expectSame(way, 'ulimit -c 0 -s 4096 -u 4000; echo 500 > /proc/self/oom_score_adj; exec nice -n 5 setsid "$@"'));

  test("with an environment that is no text", () =>
    expectSame(way, `export ODD="$(printf 'a\\377b\\nc')" EMPTY=; exec env "A.B=c d" setsid "$@"`));

  test("with arguments that are no text", () =>
    expectSame(way, `exec setsid "$@" "" "a b" '{nothing}' "$(printf 'x\\377\\ny')" "ü"`));

  test("with a file that the shell opened for it", async () => {
    const args = reserve(way, freePort(), [], ["cat"]);
    await using run = new Run(() => ["bash", "-c", 'exec setsid "$@" <(echo hello)', "bash", binary(), ...args], {});
    expect(await run.ended()).toBe(0);
    expect(run.stdout).toBe("hello\n");
  });
});
