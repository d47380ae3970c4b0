import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import { connected, factsOf, listenerOf } from "./facts.ts";
import { containerOf, dockerProxy } from "./containers.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const published = (...container: Parameters<typeof containerOf>) =>
  factsOf({
    attempts: [connected("127.0.0.1", { greeting: { kind: "reset" } })],
    listeners: [listenerOf("0.0.0.0", { owners: [dockerProxy("0.0.0.0")] })],
    more: { namespaces: seen([containerOf(...container)]) },
  });

describe("CONTAINER_LOCALHOST_IPV6", () => {
  test("is found where localhost is ::1 in the container and the server took it at its word", () => {
    const finding = onlyFinding(published({ listens: [["::1", 80]], localhost: ["::1", "127.0.0.1"] }));
    expect(finding).toMatchObject({ code: "CONTAINER_LOCALHOST_IPV6", severity: "blocks" });
    expect(finding.title).toBe(
      "in docker container 3f2a1b0c9d8e localhost is ::1, where uvicorn (pid 1200) listens: 127.0.0.1:8000 goes to 172.17.0.2:80",
    );
    expect(finding.remedies[0]?.commands[0]?.slice(-2)).toEqual(["--host", "0.0.0.0"]);
  });

  test("leaves it to CONTAINER_PORT_DEAD where localhost is 127.0.0.1 in there", () => {
    expect(codesOf(published({ listens: [["::1", 80]] }))).toEqual(["CONTAINER_PORT_DEAD"]);
  });

  test("leaves it to CLOSED_WITHOUT_ANSWER where it listens on IPv4, too", () => {
    const listens = [["::1", 80] as const, ["0.0.0.0", 80] as const];
    expect(codesOf(published({ listens, localhost: ["::1"] }))).toEqual(["CLOSED_WITHOUT_ANSWER"]);
  });
});
