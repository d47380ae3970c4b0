import { describe, expect, test } from "bun:test";
import type { ResolverAnswer } from "../../src/core/network.ts";
import type { Seen } from "../../src/core/seen.ts";
import { parseResolvers } from "../../src/os/unix/net/ask-resolvers.ts";
import { need } from "../need.ts";
import { ask, needNamespaces, type World } from "./world.ts";
import type { Question } from "./programs/questions.ts";

test("resolv.conf names three resolvers at most, and this machine where it names none", () => {
  const text = [
    "# nameserver 10.0.0.1",
    "search lan",
    "nameserver 127.0.0.53",
    "nameserver\t::1 ",
    "nameserver nonsense",
    "nameserver 10.0.0.2",
    "nameserver 10.0.0.3",
  ].join("\n");
  expect(parseResolvers(text).map((each) => each.text)).toEqual(["127.0.0.53", "::1", "10.0.0.2"]);
  expect(parseResolvers("options edns0\n").map((each) => each.text)).toEqual(["127.0.0.1"]);
});

if (process.platform === "linux" && needNamespaces()) describe("the resolvers", inWorlds);

function inWorlds(): void {
  const askFor = (name: string, timeoutMs: number): Question => ({ do: "ask-resolvers", name, timeoutMs });

  /** Each resolver with its answer in a word or two. */
  const answers = async (world: World, questions: readonly Question[]) =>
    (await ask<Seen<readonly ResolverAnswer[]>>(world, questions)).map((seen) =>
      seen.kind === "seen"
        ? Object.fromEntries(seen.value.map((each) => [each.resolver.text, describeAnswer(each)]))
        : seen,
    );

  test("are asked each by itself, and one that is silent is waited for no longer than it may take", async () => {
    const A = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 7];
    const world = {
      files: { "/etc/resolv.conf": "nameserver 127.0.0.2\nnameserver ::1\nnameserver 127.0.0.4\n" },
    };
    const got = await answers(world, [
      { do: "serve-dns", host: "127.0.0.2", records: A },
      { do: "serve-dns", host: "::1", code: 3 },
      { do: "serve-dns", host: "127.0.0.4", mute: true },
      askFor("db.lan", 1000),
    ]);
    expect(got).toEqual([{ "127.0.0.2": "10.0.0.7", "::1": "NXDOMAIN", "127.0.0.4": "silent" }]);
  });

  test("that are not there are silent", async () => {
    const world = { files: { "/etc/resolv.conf": "nameserver 127.0.0.1\nnameserver 10.9.0.1\n" } };
    expect(await answers(world, [askFor("db.lan", 20_000)])).toEqual([{ "127.0.0.1": "silent", "10.9.0.1": "silent" }]);
  });

  test("that answer nonsense have not answered", async () => {
    const world = { files: { "/etc/resolv.conf": "nameserver 127.0.0.1\n" } };
    const loop = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0xff, 0xff];
    const got = await answers(world, [{ do: "serve-dns", host: "127.0.0.1", records: loop }, askFor("db.lan", 2000)]);
    expect(got).toEqual([{ "127.0.0.1": "NODATA" }]);
  });

  test("can't be asked for what is no name, nor where nobody says who they are", async () => {
    expect(await ask({}, [askFor("a..b", 500)])).toMatchObject([{ kind: "unseen" }]);
    const gone = { setUp: ["mount -t tmpfs tmpfs /etc"] };
    expect(await ask(gone, [askFor("db.lan", 500)])).toMatchObject([{ kind: "unseen" }]);
  });

  if (need("dnsmasq")) {
    test("answer what a real one knows", async () => {
      const options = ["--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=root", "--local=/lan/"];
      const records = [
        "--host-record=both.lan,10.0.0.7,fd00::7",
        "--host-record=six.lan,fd00::8",
        "--txt-record=text.lan,hello",
        "--cname=alias.lan,both.lan",
      ];
      const world = {
        files: { "/etc/resolv.conf": "nameserver 127.0.0.1\n" },
        // It puts itself into the background once it can be asked.
        setUp: [
          `dnsmasq --pid-file= --listen-address=127.0.0.1 --bind-interfaces ${[...options, ...records].join(" ")}`,
        ],
      };
      const names = ["both.lan", "alias.lan", "six.lan", "text.lan", "nothing.lan", "elsewhere.example"];
      const got = await answers(
        world,
        names.map((name) => askFor(name, 8000)),
      );
      expect(got.map((each) => Object.values(each)[0])).toEqual([
        "10.0.0.7 fd00::7",
        "10.0.0.7 fd00::7",
        "fd00::8",
        "NODATA",
        "NXDOMAIN",
        "REFUSED",
      ]);
    });
  }
}

function describeAnswer({ answer }: ResolverAnswer): string {
  switch (answer.kind) {
    case "addresses":
      return answer.addresses.map(({ text }) => text).join(" ");
    case "none":
      return answer.shown;
    case "silent":
      return "silent";
  }
}
