import { expect, test } from "bun:test";
import { queueStepMs, QueueWatch } from "../../src/os/unix/queue-watch.ts";

/** What is to be taken out at each look, of so many that wait then and nobody took out before. */
function look(watch: QueueWatch, looks: readonly (readonly [at: number, waiting: number])[]): number[] {
  return looks.map(([at, waiting]) => watch.expired(waiting, at));
}

test("who was seen to wait for the whole time is taken out, and who came later is not", () => {
  expect(
    look(new QueueWatch(1000), [
      [0, 2],
      [500, 5],
      [999, 5],
      [1000, 5],
      [1499, 3],
      [1500, 3],
      [2600, 0],
    ]),
  ).toEqual([0, 0, 0, 2, 0, 3, 0]);
});

test("nobody is taken out of a queue that is always empty", () => {
  expect(
    look(new QueueWatch(10), [
      [0, 0],
      [100, 0],
      [200, 0],
    ]),
  ).toEqual([0, 0, 0]);
});

test("nobody is taken out before a look is old enough, however long ago it was made", () => {
  expect(
    look(new QueueWatch(1000), [
      [5000, 4],
      [5999, 9],
      [9000, 9],
      [9999, 1],
    ]),
  ).toEqual([0, 0, 9, 0]);
});

test("a queue is looked at often enough, and not too often", () => {
  expect([100, 2000, 30_000, 600_000].map(queueStepMs)).toEqual([20, 100, 1000, 1000]);
});
