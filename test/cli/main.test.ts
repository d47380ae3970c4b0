import { describe, expect, test } from "bun:test";
import { version } from "../../package.json";
import { binary } from "../drive.ts";

interface Answer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

function portguard(args: readonly string[], env: Readonly<Record<string, string>> = {}): Answer {
  const { exitCode, stdout, stderr } = Bun.spawnSync([binary(), ...args], { env: { ...process.env, ...env } });
  return { exit: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

describe("portguard", () => {
  test("--version prints version, commit and target", () => {
    for (const flag of ["--version", "-V"]) {
      const { exit, stdout, stderr } = portguard([flag]);
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
      expect(stdout).toMatch(/^portguard \S+ \(\S+, [a-z0-9]+-[a-z0-9-]+\)\n$/);
      expect(stdout).toStartWith(`portguard ${version} (`);
    }
  });

  test.each([
    [["-h"]],
    [["--help"]],
    [["reserve", "-h"]],
    [["reserve", "8000", "--help"]],
    [["reserve", "--bad", "-h"]],
    [["reach", "-h"]],
    [["wait", "8000", "--help"]],
  ])("%j is answered on stdout", (args) => {
    const { exit, stdout, stderr } = portguard(args);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toContain("usage: portguard ");
  });

  test.each([
    [[], "nothing is asked for", "`portguard reserve 8000 -- COMMAND`, or `portguard -h` for more"],
    [
      ["--", "npm", "start"],
      "nothing is asked for",
      "`portguard reserve 8000 -- npm start`, or `portguard -h` for more",
    ],
    [
      ["--", "sh", "-c", "a b"],
      "nothing is asked for",
      "`portguard reserve 8000 -- COMMAND`, or `portguard -h` for more",
    ],
    [["reach2"], "`reach2` is not a verb", "did you mean `portguard reach`?"],
    [["[::1]:8000"], "`[::1]:8000` is not a verb", "did you mean `portguard reserve [::1]:8000`?"],
    [["localhost:8000"], "`localhost:8000` is not a verb", "did you mean `portguard reserve localhost:8000`?"],
    [["rserve", "8000"], "`rserve` is not a verb", "did you mean `portguard reserve`?"],
    [["rech", "8000"], "`rech` is not a verb", "did you mean `portguard reach`?"],
    [["http://localhost:8000/"], "a URL is not a verb", "did you mean `portguard reach URL`?"],
    [["frobnicate"], "`frobnicate` is not a verb", "`portguard -h` lists the verbs"],
    [["constructor"], "`constructor` is not a verb", "`portguard -h` lists the verbs"],
    [["__nothing"], "`__nothing` is not a verb", "`portguard -h` lists the verbs"],
    [["8000", "--", "x"], "`8000` is not a verb", "did you mean `portguard reserve 8000`?"],
    [["--verison"], "there is no flag `--verison`", "did you mean --version?"],
    [["--quiet"], "there is no flag `--quiet`", "flags stand behind the verb, as in `portguard reserve --help`"],
    [["reserve", "8000", "--hadoff=x"], "there is no flag `--hadoff=x`", "did you mean --handoff?"],
    [["reach", "8000", "--jsn"], "there is no flag `--jsn`", "did you mean --json?"],
    [["wait", "8000", "--port"], "there is no flag `--port`", "`portguard wait --help` lists them"],
    [["reserve", "65536"], "65536 is not a port", "ports are 0 to 65535; 0 is any free one"],
  ])("%j is bad usage: one line and a hint on stderr", (args, what, hint) => {
    const told = `portguard: ${what}\nportguard: hint: ${hint}\n`;
    expect(portguard(args)).toEqual({ exit: 2, stdout: "", stderr: told });
  });

  test("takes nothing behind -- for its own", () => {
    expect(portguard(["reserve", "--", "x", "-h"])).toMatchObject({ exit: 2, stdout: "" });
  });

  test("tells errors as one JSON object on stdout with --json", () => {
    const { exit, stdout, stderr } = portguard(["reserve", "8000", "--dry-run", "--json", "--host", "here"]);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      ok: false,
      error: {
        code: "BAD_ADDRESS",
        what: "`here` is not an IP address",
        hint: "names are not looked up: give one of this machine's addresses, or localhost",
      },
    });
  });

  test("shows what could drive a terminal instead of sending it", () => {
    const { stderr } = portguard(["reserve", "\u001b[2J\u202e1"]);
    expect(stderr).toStartWith("portguard: `\\x1b[2J\\u202e1` is not a port\n");
  });

  test("is coloured when asked to be, and then marks what it colours", () => {
    expect(portguard(["reserve", "x=", "--color", "always"], { NO_COLOR: "1", LC_ALL: "C.UTF-8" }).stderr).toStartWith(
      "\u001b[31mportguard:\u001b[0m ✗ ",
    );
    expect(portguard(["reserve", "x=", "--color=always"], { LC_ALL: "C" }).stderr).toStartWith(
      "\u001b[31mportguard:\u001b[0m x ",
    );
    expect(portguard(["reserve", "x="]).stderr).not.toContain("\u001b");
  });

  test("ends well when nobody reads its answer", () => {
    const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", '"$0" reserve --help | true', binary()]);
    expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  });

  test.each([
    [["--events", "/nowhere/at/all"], "`/nowhere/at/all` can't be opened for events: no such file or directory"],
    [["--events", "fd:77"], "fd 77 can't be written to: bad file descriptor"],
  ])("starts nothing where %j can't be written to", (flags, what) => {
    const { exit, stdout, stderr } = portguard(["reserve", "0", ...flags, "--", "echo", "started"]);
    expect({ exit, stdout }).toEqual({ exit: 125, stdout: "" });
    expect(stderr).toStartWith(`portguard: ${what}\nportguard: hint: `);
  });
});
