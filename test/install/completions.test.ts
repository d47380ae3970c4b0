import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { binary, drive, driveBare, type Run } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { OUR_NAME } from "../drive/us.ts";
import { until } from "../drive/until.ts";
import { need } from "../need.ts";
import { describeServer } from "../servers/find-server.ts";
import { partFolder } from "../servers/parts.ts";

const PATH = [dirname(binary()), process.env["PATH"]].join(delimiter);

/** A reservation, whose name and port are there to be completed. */
const port = freePort();
const holder = drive({ args: ["reserve", `${port}`, "--name", "apiary"] });
beforeAll(async () => {
  await holder.event("held");
});
afterAll(() => holder[Symbol.asyncDispose]());

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function scriptOf(shell: string): string {
  const { exitCode, stdout } = Bun.spawnSync([binary(), "completions", shell]);
  expect(exitCode).toBe(0);
  return stdout.toString();
}

/** A folder with one file that is worth completing, and the script of a shell. */
function folderFor(shell: string): string {
  const folder = mkdtempSync(join(tmpdir(), "portguard-completions-"));
  folders.push(folder);
  writeFileSync(join(folder, "report of today.html"), "");
  writeFileSync(join(folder, "script"), scriptOf(shell));
  return folder;
}

/** A shell at its prompt, on a terminal, with the script read. */
async function openShell(argv: readonly string[], shell: string, setUp: string): Promise<Run> {
  const env = { PATH, PS1: "", PROMPT: "", TERM: "xterm", HISTFILE: "", XDG_STATE_HOME: holder.state };
  const run = driveBare(argv, { terminal: true, cwd: folderFor(shell), env });
  run.write(`${setUp}; printf 'rea%s\\n' dy\n`);
  await until("the prompt", () => run.screen.includes("ready"));
  return run;
}

/** Types, presses Tab, and waits until the line shows it. The line is left then. */
async function expectCompleted(run: Run, typed: string, completed: string): Promise<void> {
  const from = run.screen.length;
  run.write(`${typed}\t`);
  // oxlint-disable-next-line no-control-regex -- what a terminal would act on
  const shown = () => run.screen.slice(from).replaceAll(/\u001b\[[\d;?]*[A-Za-z]|\u0007|\u0008.?/g, "");
  await until(`"${completed}"`, () => shown().includes(completed)).catch((cause: unknown) => {
    throw new Error(`it shows ${JSON.stringify(run.screen.slice(from))}`, { cause });
  });
  run.write("\u0015");
}

const LINES = [
  ["portguard compl", "portguard completions "],
  ["portguard reserve 8000 --hand", "portguard reserve 8000 --handoff "],
  ["portguard reserve 8000 --handoff=take", "portguard reserve 8000 --handoff=takeover "],
  ["portguard reach 8000 --html rep", "portguard reach 8000 --html report\\ of\\ today.html "],
  ["portguard reach 8000 --html=rep", "portguard reach 8000 --html=report\\ of\\ today.html "],
  ["portguard clean sch", "portguard clean schedule "],
  ["portguard clean schedule --ev", "portguard clean schedule --every "],
  ["portguard clean schedule --with sy", "portguard clean schedule --with systemd "],
  ["portguard reserve 8000 --if-held reu", "portguard reserve 8000 --if-held reuse "],
  ["portguard reserve 8000 --restart-mode sto", "portguard reserve 8000 --restart-mode stop-first "],
  // What has to be gone on with gets no space.
  ["portguard reserve 8000 --ready lo\tup", "portguard reserve 8000 --ready log:up"],
  ["portguard reserve 8000 --ready=lo\tup", "portguard reserve 8000 --ready=log:up"],
  ["portguard rule 8000 --backend firewal", "portguard rule 8000 --backend firewalld "],
  ["portguard restart ap", "portguard restart apiary "],
  ["portguard free --name=ap", "portguard free --name=apiary "],
  ["portguard reserve --adopt ap", "portguard reserve --adopt apiary "],
] as const;

if (need("bash")) {
  describe("in bash", () => {
    const setUp = "PS1=; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; . ./script";

    test("verbs, flags, values and files are completed as they are typed", async () => {
      await using run = await openShell(["bash", "--norc", "--noprofile", "-i"], "bash", setUp);
      for (const [typed, completed] of LINES) await expectCompleted(run, typed, completed);
    });

    test("the command behind -- is completed as the shell does it", async () => {
      await using run = await openShell(["bash", "--norc", "--noprofile", "-i"], "bash", setUp);
      await expectCompleted(run, "portguard reserve 8000 -- mkfif", "portguard reserve 8000 -- mkfifo ");
      await expectCompleted(run, "portguard reserve 8000 -- cat rep", "-- cat report\\ of\\ today.html ");
    });

    test("a port that is listened on is offered", async () => {
      using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
      await using run = await openShell(["bash", "--norc", "--noprofile", "-i"], "bash", setUp);
      await expectCompleted(run, `portguard reach ${server.port}`, `portguard reach ${server.port} `);
    });
  });
}

if (need("zsh")) {
  test("in zsh verbs, flags, values, files and the command are completed as they are typed", async () => {
    const setUp = "PROMPT=; zle_highlight=(none); unsetopt beep; autoload -Uz compinit && compinit -u -D; . ./script";
    await using run = await openShell(["zsh", "-f", "-i", "+o", "PROMPT_SP"], "zsh", setUp);
    for (const [typed, completed] of LINES) await expectCompleted(run, typed, completed);
    await expectCompleted(run, "portguard reserve 8000 -- mkfif", "portguard reserve 8000 -- mkfifo ");
    using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    await expectCompleted(run, `portguard reach ${server.port}`, `portguard reach ${server.port} `);
  });
}

if (need("fish")) {
  describe("in fish", () => {
    const folder = folderFor("fish");
    const offers = (line: string) => {
      const asked = Bun.spawnSync(["fish", "--no-config", "-c", "source ./script; complete -C $argv[1]", line], {
        cwd: folder,
        env: { ...process.env, PATH, HOME: folder, XDG_STATE_HOME: holder.state },
      });
      expect(asked.stderr.toString()).toBe("");
      return asked.stdout.toString().split("\n").filter(Boolean);
    };

    test("a verb comes with its summary", () => {
      expect(offers("portguard compl")).toEqual([
        "completions\tthe script by which a shell completes portguard's words",
      ]);
    });

    test.each([
      ["portguard reserve 8000 --hand", ["--handoff"]],
      ["portguard reserve 8000 --handoff=take", ["--handoff=takeover"]],
      ["portguard reach 8000 --html rep", ["report of today.html"]],
      ["portguard reach 8000 --html=rep", ["--html=report of today.html"]],
      ["portguard reserve 8000 -- cat rep", ["report of today.html"]],
      ["portguard clean sch", ["schedule"]],
      ["portguard clean schedule --ev", ["--every"]],
      ["portguard reserve 8000 --ready lo", ["log:"]],
      ["portguard reserve 8000 --if-held=reu", ["--if-held=reuse"]],
      ["portguard restart ", ["apiary"]],
    ])("%s", (line, expected) => {
      expect(offers(line).map((offer) => offer.split("\t")[0])).toEqual(expected);
    });

    test("a port that is listened on is offered, with whoever listens", () => {
      using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
      expect(offers(`portguard reach ${server.port}`)).toEqual([`${server.port}\t${OUR_NAME}`]);
    });
  });
}

test("PowerShell's script registers a completer that asks portguard", () => {
  const script = scriptOf("powershell");
  expect(script).toContain("Register-ArgumentCompleter -Native -CommandName 'portguard', 'portguard.exe'");
  expect(script).toContain("__complete $before.Count @before");
  const count = (sign: string) => script.split(sign).length;
  expect([count("("), count("{")]).toEqual([count(")"), count("}")]);
});

/** As far as it is used here. */
interface TreeSitter {
  readonly Language: { load(path: string): Promise<object> };
  readonly Parser: {
    init(): Promise<void>;
    new (): { setLanguage(language: object): void; parse(text: string): { readonly rootNode: { hasError: boolean } } };
  };
}

describeServer("PowerShell's grammar", (path) => {
  test("takes PowerShell's script, which is not run here, for one without a fault", async () => {
    const library = join(partFolder("grammars"), "node_modules/web-tree-sitter/web-tree-sitter.js");
    const { Language, Parser } = (await import(library)) as TreeSitter;
    await Parser.init();
    const parser = new Parser();
    parser.setLanguage(await Language.load(path));
    const isWhole = (text: string) => !parser.parse(text).rootNode.hasError;
    expect(isWhole(scriptOf("powershell"))).toBe(true);
    expect(isWhole(scriptOf("powershell").replace("switch", "switch {"))).toBe(false);
  });
});

test("an unknown shell is bad usage, with what there is", () => {
  const { exitCode, stderr } = Bun.spawnSync([binary(), "completions", "bsh"]);
  expect({ exitCode, stderr: stderr.toString() }).toEqual({
    exitCode: 2,
    stderr: "portguard: there is no script for `bsh`\nportguard: hint: did you mean bash?\n",
  });
});
