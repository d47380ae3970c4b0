import { rmSync, symlinkSync } from "node:fs";
import { expect, test } from "bun:test";
import { watchFiles } from "../../../src/reserve/watch/watch-files.ts";
import { until } from "../../drive/until.ts";
import { Project } from "./folder.ts";

/** What is told of the files of a project. */
async function watchIn(project: Project, ...globs: readonly string[]) {
  const changes: string[] = [];
  const faults: unknown[] = [];
  const watching = await watchFiles({
    globs,
    folder: project.path,
    onChange: (path) => void changes.push(path),
    onFault: (error) => void faults.push(error),
  });
  return { changes, faults, [Symbol.asyncDispose]: () => watching[Symbol.asyncDispose]() };
}

test("a watched folder that is removed and made anew is watched again", async () => {
  using project = new Project({ "src/a.py": "1" });
  await using watched = await watchIn(project, "src/**/*.py");
  rmSync(project.at("src"), { recursive: true });
  await until("its end", () => watched.changes.length === 1);
  project.write("src/b.py", "1");
  await until("its return", () => watched.changes.includes("src/b.py"));
  project.write("src/b.py", "2");
  await until("a change in it", () => watched.changes.length === 3);
});

test("links that lead round in a circle are not followed for ever, and are nothing to tell of", async () => {
  using project = new Project({ "src/deep/a.py": "1" });
  symlinkSync("..", project.at("src/deep/up"));
  symlinkSync("itself", project.at("src/itself"));
  await using watched = await watchIn(project, "src/**/*.py");
  project.write("src/deep/a.py", "2");
  await until("the change", () => watched.changes.length > 0);
  expect(watched.changes).toEqual(["src/deep/a.py"]);
  expect(watched.faults).toEqual([]);
});

test("a checkout of very many files is one change", async () => {
  const names = Array.from({ length: 1000 }, (_, index) => `src/${index}.py`);
  using project = new Project(Object.fromEntries(names.map((name) => [name, "1"])));
  await using watched = await watchIn(project, "src/**/*.py");
  for (const name of names) project.write(name, "2");
  await until("the change", () => watched.changes.length > 0);
  project.write("src/last.py", "1");
  await until("what came later", () => watched.changes.includes("src/last.py"));
  expect(watched.changes).toHaveLength(2);
});
