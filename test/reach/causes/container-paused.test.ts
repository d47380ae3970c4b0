import { describe, expect, test } from "bun:test";
import { seen } from "../../../src/core/seen.ts";
import { connected, factsOf, listenerOf, ownerOf } from "./facts.ts";
import { containerOf, dockerProxy } from "./containers.ts";
import { codesOf, onlyFinding } from "./judged.ts";

const published = (state: "frozen" | "sleeping") =>
  factsOf({
    attempts: [connected("127.0.0.1")],
    listeners: [listenerOf("0.0.0.0", { owners: [dockerProxy("0.0.0.0")] })],
    more: { namespaces: seen([containerOf({ listens: [["0.0.0.0", 80]], state })]) },
  });

describe("CONTAINER_PAUSED", () => {
  test("is found behind docker-proxy", () => {
    expect(onlyFinding(published("frozen"))).toMatchObject({
      code: "CONTAINER_PAUSED",
      severity: "blocks",
      title: "docker container 3f2a1b0c9d8e is paused: 127.0.0.1:8000 takes connections, and nobody answers",
      remedies: [{ commands: [["docker", "unpause", "3f2a1b0c9d8e"]], risk: "none" }],
    });
  });

  test("is found for a frozen unit that has the socket itself", () => {
    const owners = [ownerOf({ health: { state: "frozen", unit: "web.service" } })];
    const finding = onlyFinding(factsOf({ listeners: [listenerOf("0.0.0.0", { owners })] }));
    expect(finding.code).toBe("CONTAINER_PAUSED");
    expect(finding.remedies[0]?.commands).toEqual([["sudo", "systemctl", "thaw", "web.service"]]);
  });

  test("is found for a container that shares our network", () => {
    const container = { runtime: "podman", id: "web" } as const;
    const owners = [ownerOf({ health: { state: "frozen", container } })];
    const finding = onlyFinding(factsOf({ listeners: [listenerOf("0.0.0.0", { owners })] }));
    expect(finding.remedies[0]?.commands).toEqual([["podman", "unpause", "web"]]);
  });

  test("is silent where the container runs", () => {
    expect(codesOf(published("sleeping"))).toEqual([]);
  });
});
