import { expect, test } from "bun:test";
import type { SocketRow } from "../../../src/core/socket.ts";
import { watchQueues } from "../../../src/reach/gather/queues.ts";
import { listenerOf, requestOf } from "../causes/facts.ts";

const listener = (waiting: number) => listenerOf("0.0.0.0", { queue: { waiting, limit: 5 } });

/** Watches a queue that is `before` long, then each of `after`, and stays at the last. */
async function watch(before: number, after: readonly number[], timeoutMs = 60) {
  let looked = 0;
  const sockets = (): readonly SocketRow[] => [listener(after[Math.min(looked++, after.length - 1)]!).row];
  const watched = await watchQueues([listener(before)], requestOf("8000", { timeoutMs }), { sockets });
  if (watched?.kind !== "seen") throw new Error("the queue was not seen");
  return { looked, ...watched.value.get(listener(0).row.id)! };
}

test("a queue that is empty is looked at once", async () => {
  expect(await watch(0, [0])).toMatchObject({ looked: 1, waiting: 0, accepted: true });
});

test("a queue that becomes shorter is being accepted from", async () => {
  expect(await watch(3, [4, 4, 3])).toMatchObject({ looked: 3, waiting: 3, accepted: true });
});

test("a queue that stays or grows is looked at to the end, and nobody accepts", async () => {
  const { accepted, waiting, forMs } = await watch(1, [2, 3, 3]);
  expect({ accepted, waiting }).toEqual({ accepted: false, waiting: 3 });
  expect(forMs).toBeGreaterThanOrEqual(60);
});

test("where the system does not tell its queues, that is said", async () => {
  const { row, owners } = listener(0);
  const { queue: _, ...bare } = row;
  const watched = await watchQueues([{ row: bare, owners }], requestOf("8000"), { sockets: () => [bare] });
  expect(watched?.kind).toBe("unseen");
  expect(await watchQueues([], requestOf("8000"), { sockets: () => [] })).toBeUndefined();
});
