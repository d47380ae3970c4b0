import { expect, test } from "bun:test";
import { describeContainer, describeListener, describeOwner } from "../../src/reach/words/describe.ts";
import { listenerOf, ownerOf } from "./causes/facts.ts";

const owned = (...owners: Parameters<typeof ownerOf>[0][]) => describeOwner({ owners: owners.map(ownerOf) });

test("an owner is told by the server that it is, else by its process's name", () => {
  expect(owned({})).toBe("uvicorn (pid 4711)");
  expect(owned({ process: { name: "python3", command: [] }, server: "python-http-server" })).toBe(
    "python's http.server (pid 4711)",
  );
  expect(owned({ process: { name: "node" }, server: "node" })).toBe("node (pid 4711)");
  expect(owned({ process: { name: "MainThread", command: ["/opt/tool/serverd", "-p"] }, server: "other" })).toBe(
    "MainThread (pid 4711)",
  );
});

test("of many owners the oldest that was recognised is told, and how many there are", () => {
  const spawned = { process: { pid: 30, name: "python3" }, server: "python" } as const;
  expect(owned(spawned, { process: { pid: 32 } }, { process: { pid: 31 } })).toBe("uvicorn (pid 31 and 2 more)");
  expect(owned()).toBe("a process that can't be seen");
});

test("a place is told with its interface and its protocol", () => {
  expect(describeListener(listenerOf("0.0.0.0", { device: "eth0" }))).toBe("uvicorn (pid 4711) on 0.0.0.0%eth0:8000");
  expect(describeListener(listenerOf("::", { device: "eth0" }))).toBe("uvicorn (pid 4711) on [::%eth0]:8000");
  expect(describeListener(listenerOf("::1", { protocol: "udp" }))).toBe("uvicorn (pid 4711) on [::1]:8000/udp");
});

test("a container's id is cut as its runtime cuts it, and a name is not", () => {
  expect(describeContainer({ runtime: "docker", id: "ab".repeat(32) })).toBe("docker container abababababab");
  expect(describeContainer({ runtime: "other", id: "my-machine-with-a-long-name" })).toBe(
    "container my-machine-with-a-long-name",
  );
});
