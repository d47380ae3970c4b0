import { describe, expect, test } from "bun:test";
import type { Greeting } from "../../../src/core/network.ts";
import { seen, unseen } from "../../../src/core/seen.ts";
import { connected, factsOf, listenerOf, refused, requestOf } from "./facts.ts";
import { containerOf, dockerProxy } from "./containers.ts";
import { codesOf, onlyFinding } from "./judged.ts";
import type { Facts } from "../../../src/reach/facts.ts";

const published = (container: Parameters<typeof containerOf>[0], greeting: Greeting = { kind: "closed" }): Facts =>
  factsOf({
    attempts: [connected("127.0.0.1", { greeting })],
    listeners: [listenerOf("0.0.0.0", { owners: [dockerProxy("0.0.0.0")] })],
    more: { namespaces: seen([containerOf(container)]) },
  });

describe("CONTAINER_PORT_DEAD", () => {
  test("is found where the server in the container listens on its loopback", () => {
    const finding = onlyFinding(published({ listens: [["127.0.0.1", 80]] }));
    expect(finding).toMatchObject({
      code: "CONTAINER_PORT_DEAD",
      severity: "blocks",
      title:
        "docker-proxy (pid 990) hands 127.0.0.1:8000 on to 172.17.0.2:80: uvicorn (pid 1200) in docker container 3f2a1b0c9d8e listens on 127.0.0.1:80 only",
    });
    expect(finding.remedies[0]).toMatchObject({
      what: "in the container, let uvicorn listen on every address",
      commands: [["/usr/local/bin/uvicorn", "app:app", "--port", "80", "--host", "0.0.0.0"]],
      risk: "restart",
    });
  });

  test("is found where it listens on another port, and tells which to publish", () => {
    const finding = onlyFinding(published({ listens: [["0.0.0.0", 3000]] }, { kind: "reset" }));
    expect(finding.title).toEndWith("nobody listens on port 80 in docker container 3f2a1b0c9d8e");
    expect(finding.remedies[0]?.what).toContain("-p 8000:3000");
  });

  test("is found where nothing listens in there, and where no container has the address any more", () => {
    expect(onlyFinding(published({})).remedies[0]?.commands).toEqual([
      ["docker", "logs", "--tail", "50", "3f2a1b0c9d8e"],
    ]);
    expect(onlyFinding(published({ address: "172.17.0.9" })).title).toEndWith("no container has 172.17.0.2");
  });

  test("is found where the LAN address is refused by the container itself", () => {
    const facts = published({ listens: [["127.0.0.1", 80]] });
    const request = requestOf("8000", { from: { kind: "lan" } });
    expect(codesOf({ ...facts, request, attempts: [refused("192.168.1.20")] })).toEqual(["CONTAINER_PORT_DEAD"]);
  });

  test("leaves it to CLOSED_WITHOUT_ANSWER where the server takes what is handed on", () => {
    expect(codesOf(published({ listens: [["0.0.0.0", 80]] }))).toEqual(["CLOSED_WITHOUT_ANSWER"]);
    expect(codesOf(published({ listens: [["172.17.0.2", 80]] }))).toEqual(["CLOSED_WITHOUT_ANSWER"]);
  });

  test("is silent where data came back, whatever the table says", () => {
    expect(codesOf(published({}, { kind: "said", bytes: Buffer.from("hi") }))).toEqual([]);
  });

  test("claims nothing of containers that could not be seen", () => {
    const facts = published({});
    expect(codesOf({ ...facts, more: { namespaces: unseen("other processes are hidden from us") } })).toEqual([
      "CLOSED_WITHOUT_ANSWER",
    ]);
  });
});
