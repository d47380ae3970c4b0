import { describe, expect, test } from "bun:test";
import { complete } from "../../src/cli/completions/complete.ts";
import type { Live } from "../../src/cli/completions/live.ts";
import { VERBS } from "../../src/cli/verbs.ts";

const LIVE: Live = {
  ports: async () => [
    { value: "3000", what: "node" },
    { value: "8000", what: "uvicorn" },
  ],
  programs: async () => [{ value: "uvicorn", what: "8000" }],
  pids: async () => [{ value: "4711", what: "uvicorn" }],
  reservations: async () => [{ value: "api", what: "8001" }],
  servers: async (file) => [{ value: `server-of-${file}`, what: "" }],
  rules: async () => [{ value: "k3v8x2qp", what: "open 8000" }],
  causes: async () => [{ value: "LOOPBACK_ONLY", what: "" }],
  interfaces: async () => [{ value: "eth0", what: "" }],
  shells: ["bash", "zsh"],
};

/** The candidates for the last word of a line, or what else may stand there. */
async function at(line: string, verbs: typeof VERBS = VERBS): Promise<readonly string[] | string> {
  const words = line.split(" ");
  const answer = await complete(words.slice(0, -1), words.at(-1)!, verbs, LIVE);
  return answer.kind === "words" ? answer.candidates.map(({ value }) => value) : answer.kind;
}

describe("what may stand at the cursor", () => {
  test("is a verb first, each with its summary", async () => {
    expect(await at("")).toEqual(Object.keys(VERBS));
    expect(await at("re")).toEqual(Object.keys(VERBS).filter((verb) => verb.startsWith("re")));
    expect(await at("--")).toEqual(["--help", "--version"]);
    const { reserve } = VERBS;
    const answer = await complete([], "reserve", VERBS, LIVE);
    expect(answer).toEqual({ kind: "words", candidates: [{ value: "reserve", what: reserve!.summary }] });
  });

  test.each([
    ["nothing of a verb that there is not", "frobnicate ", []],
    ["a flag", "reserve 8000 --hand", ["--handoff"]],
    ["no flag twice", "reserve 8000 --handoff auto --hand", []],
    ["a flag that may be repeated", "reserve 8000 --host ::1 --ho", ["--host"]],
    ["the dashes before the command", "reserve 8000 --", expect.arrayContaining(["--", "--grace"])],
    ["no dashes where there is no command", "reach 8000 --", expect.not.arrayContaining(["--"])],
    ["a value", "reserve 8000 --handoff t", ["takeover"]],
    ["a value behind =", "reserve 8000 --handoff=t", ["--handoff=takeover"]],
    ["a value that the help lists itself", "reserve 8000 --if-held w", ["wait", "wait="]],
    ["nothing where any name will do", "reserve 8000 --env ", []],
    ["nothing for a time", "reserve 8000 --grace ", []],
    ["a live port", "reach 80", ["8000"]],
    ["a live port behind a flag's value", "reach --timeout 3s ", ["3000", "8000"]],
    ["one operand where there is one", "reach 8000 ", []],
    ["a further operand where there are more", "wait 8000 3", ["3000"]],
    ["a file", "reach 8000 --html rep", "files"],
    ["a file behind =", "reach 8000 --html=rep", "files"],
    ["a file or an fd", "reserve 8000 --events ", "files"],
    ["an id of a rule", "rule --revert=k", ["--revert=k3v8x2qp"]],
    ["a server of the file before it", "wrap --dry-run .mcp.json s", ["server-of-.mcp.json"]],
    ["a reservation", "list --name a", ["api"]],
    ["a reservation that is freed", "free --name ", ["api"]],
    ["a reservation that is restarted", "restart ", ["api"]],
    ["a hold that is taken over", "reserve --adopt ", ["api"]],
    ["no name that is taken, where a new one is meant", "reserve 8000 --name ", []],
    ["anybody who may have a port", "who u", ["uvicorn"]],
    ["a reservation among them", "who a", ["api"]],
    ["a process", "who --pid ", ["4711"]],
    ["no process that listens, where the shell's is meant", "pick --for-pid ", []],
    ["a cause", "reach --explain L", ["LOOPBACK_ONLY"]],
    ["an interface", "rule 8000 --in ", ["eth0"]],
    ["a check", "reserve 8000 --ready h", ["http", "http:/"]],
    ["a way of restarting", "reserve 8000 --restart-mode ro", ["rolling"]],
    ["a backend", "rule 8000 --backend nf", ["nft"]],
    ["what else a verb does, by its name", "clean ", ["schedule"]],
    ["nothing behind another word", "clean --stop ", []],
    ["a flag of what else it does", "clean schedule --", expect.arrayContaining(["--every", "--with", "--status"])],
    ["no flag of the verb itself there", "clean schedule --", expect.not.arrayContaining(["--stop", "--log"])],
    ["no flag of what else it does before it", "clean --", expect.not.arrayContaining(["--every", "--with"])],
    ["a scheduler", "clean schedule --with s", ["systemd", "schtasks"]],
    ["a file first", "wrap ", "files"],
    ["a shell", "completions b", ["bash"]],
    ["the command's own word", "reserve 8000 -- uvicorn app", "command"],
    ["the command's own flag", "reserve 8000 -- uvicorn --po", "command"],
  ])("is %s", async (_what, line, expected) => {
    expect(await at(line)).toEqual(expected as never);
  });

  test("is of any verb that the table gets, by its help alone", async () => {
    const page = await VERBS["wait"]!.help();
    const flags = [{ name: "under", value: "needed", shows: "DIR", group: "x", help: "y" }] as const;
    const added = {
      ...VERBS,
      who: { ...VERBS["wait"]!, help: async () => ({ ...page, usage: "who PORT|PID|NAME [flags]", flags }) },
    };
    expect(await at("wh", added)).toEqual(["who"]);
    expect(await at("who 8", added)).toEqual(["8000"]);
    expect(await at("who a", added)).toEqual(["api"]);
    expect(await at("who --u", added)).toEqual(["--under"]);
    expect(await at("who --under ", added)).toBe("folders");
  });

  test("is found for every flag of every verb without a fault", async () => {
    for (const [name, verb] of Object.entries(VERBS)) {
      for (const flag of (await verb.help()).flags) {
        if (flag.value === "none") continue;
        expect(await at(`${name} --${flag.name}=`)).toBeDefined();
      }
    }
  });
});
