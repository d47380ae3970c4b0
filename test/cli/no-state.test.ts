import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { binary, driveBare } from "../drive.ts";
import { freePort } from "../drive/free-port.ts";
import { Unprivileged } from "../guard/unprivileged.ts";
import { need, needThat } from "../need.ts";
import { emptyFolder, type WorkFolder } from "../servers/work-folder.ts";

const CONFIG = '{"mcpServers":{"shim":{"command":"python3","args":["shim.py"]}}}\n';

/** A state folder that is of no use: what is run before portguard, and how it is named in what it says. */
interface Place {
  readonly before: (place: WorkFolder) => readonly string[];
  readonly made: string;
  readonly looked: string;
  /** Without a folder that could be looked into, records can't be told. */
  readonly canRead: boolean;
  /** A copy that this user can run. */
  readonly program?: string;
}

const PLACES: Record<string, Place> = {
  "no home": {
    before: () => ["env", "-u", "HOME", "-u", "XDG_STATE_HOME"],
    made: "HOME is not set, so there is no place for what portguard keeps",
    looked: "HOME is not set, so there is no place for what portguard keeps",
    canRead: false,
  },
  "a file in the place of it": {
    before: () => ["env", "XDG_STATE_HOME=/dev/null"],
    made: "can't be made: not a directory",
    looked: "can't be looked into: not a directory",
    canRead: false,
  },
};

if (need("unshare", "mount") && needThat("root", process.getuid?.() === 0)) {
  const mounted = (options: string, then: string) => (place: WorkFolder) => {
    const state = place.file("s");
    mkdirSync(state, { recursive: true });
    const script = `mount -t tmpfs -o ${options} none ${state} && ${then} && exec env XDG_STATE_HOME=${state} "$@"`;
    return ["unshare", "-m", "sh", "-c", script.replaceAll("@STATE@", state), "sh"];
  };
  PLACES["a folder that can't be written to"] = {
    before: mounted("size=64k", "mount -o remount,ro @STATE@"),
    made: "can't be made: read-only file system",
    looked: "",
    canRead: true,
  };
  const folders = ["reservations", "wrapped", "stable", "rules"].map((name) => `@STATE@/portguard/${name}`).join(" ");
  PLACES["a full disk"] = {
    before: mounted("size=16k", `mkdir -p ${folders} && (head -c 64k /dev/zero >@STATE@/all || true) 2>@STATE@/e`),
    made: "can't be written: no space left on device",
    looked: "",
    canRead: true,
  };
}

if (need("setpriv") && needThat("root", process.getuid?.() === 0)) {
  const nobody = new Unprivileged();
  afterAll(() => nobody[Symbol.dispose]());
  PLACES["another user's folder"] = {
    program: nobody.binary,
    before: (place) => {
      chmodSync(place.path, 0o755);
      mkdirSync(place.file("s/portguard"), { recursive: true, mode: 0o700 });
      return [
        "env",
        `XDG_STATE_HOME=${place.file("s")}`,
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
      ];
    },
    made: "can't be made: permission denied",
    looked: "can't be looked into: permission denied",
    canRead: false,
  };
}

describe.each(Object.entries(PLACES))(
  "with %s for what portguard keeps",
  (_name, { before, made, looked, canRead, program }) => {
    async function ask(...args: readonly string[]) {
      using place = emptyFolder();
      const file = place.file("mcp.json");
      writeFileSync(file, CONFIG);
      const words = args.map((word) => (word === "mcp.json" ? file : word));
      await using run = driveBare([...before(place), program ?? binary(), ...words], { cwd: "/" });
      const exit = await run.ended();
      expect(run.stderr).not.toContain("unexpected failure");
      const told = { exit, stdout: run.stdout, voice: run.voice };
      expect(readFileSync(file, "utf8")).toBe(CONFIG);
      return told;
    }
    const line = (end: string) => expect.stringMatching(new RegExp(`${end}$`));

    test("reserve goes on, and says so", async () => {
      const { exit, voice } = await ask("reserve", `${freePort()}`, "--name", "api", "--for", "1ms");
      expect(exit).toBe(0);
      expect(voice[0]).toEqual(line(`^warning: this reservation can't be recorded: .*${made}`));
      const detached = await ask("reserve", `${freePort()}`, "--detach", "--for", "1ms");
      expect(detached.exit).toBe(0);
      expect(detached.voice.at(-1)).toMatch(/ held for 1ms by portguard \(pid \d+\)$/);
    });

    test("pick goes on, and says so; the same folder still gets the same port", async () => {
      const any = await ask("pick", "--for", "0s");
      expect(any).toMatchObject({ exit: 0, voice: [line(`won't be able to take it over: .*${made}`)] });
      const stable = await ask("pick", "--stable", "--for", "0s");
      expect(stable).toMatchObject({ exit: 0, voice: [line(`can't be kept: .*(?:${made}|${looked || made})`)] });
      expect((await ask("pick", "--stable", "--for", "0s")).stdout).toBe(stable.stdout);
    });

    test("wrap shows what it would do, and does nothing that could not be taken back: exit 3", async () => {
      const shown = await ask("wrap", "mcp.json", "shim", "--port", "3005", "--dry-run");
      expect(shown).toMatchObject({ exit: 0, voice: [] });
      expect(shown.stdout).toContain('+{"mcpServers"');
      const done = await ask("wrap", "mcp.json", "shim", "--port", "3005");
      expect(done).toMatchObject({ exit: 3, stdout: "", voice: [line(made), expect.stringMatching(/^hint: /)] });
      expect(await ask("wrap", "mcp.json", "shim", "--undo")).toMatchObject({ exit: 0, voice: [] });
    });

    test("list and the log tell what they can", async () => {
      using _server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
      const all = await ask("list");
      expect(all.exit).toBe(0);
      const doubts = canRead ? [] : [line(`^reservations can't be told: .*${looked}`)];
      expect(all.voice.filter((each) => !each.startsWith("hint: "))).toEqual(doubts);
      const log = await ask("clean", "--log");
      const empty = canRead ? [] : [line(`^no log can be read: .*${looked}`)];
      expect(log).toMatchObject({ exit: 0, stdout: canRead ? "nothing was ever ended\n" : "", voice: empty });
    });

    test.each(["restart nope", "list --name nope", "free --name nope"])(
      "%s is answered only where names can be looked up, else exit 3",
      async (words) => {
        const { exit, voice } = await ask(...words.split(" "));
        expect(exit).toBe(canRead ? 1 : 3);
        if (!canRead) expect(voice).toEqual([line(looked), expect.stringMatching(/^hint: /)]);
      },
    );

    test("an adoption fails as all of reserve does: exit 125", async () => {
      const { exit, voice } = await ask("reserve", "--adopt", "nope", "--", "true");
      expect(exit).toBe(125);
      expect(voice[0]).toEqual(line(canRead ? "no reservation is called nope" : looked));
    });
  },
);
