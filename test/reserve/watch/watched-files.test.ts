import { describe, expect, test } from "bun:test";
import { WatchedFiles } from "../../../src/reserve/watch/watched-files.ts";
import { need } from "../../need.ts";
import { Project } from "./folder.ts";

const IGNORES: Readonly<Record<string, string>> = {
  ".git/HEAD": "",
  ".gitignore": "dist\n*.log\n!keep.log\n/only-here.py\n",
  "pkg/.gitignore": "local.py\n!*.log\n",
  "dist/.gitignore": "!a.py\n",
};

describe("which files cause a restart", () => {
  test.each([
    [
      "**/*.py",
      ["a.py", "src/deep/b.py", "pkg/only-here.py"],
      ["a.js", "dist/a.py", "pkg/local.py", "only-here.py", ".git/x.py"],
    ],
    ["src/**/*.{js,ts}", ["src/a.js", "src/b/c.ts"], ["a.js", "src/a.py"]],
    ["src", ["src/a.js", "src/b/c"], ["a.js", "src/.a.js.swp", "src/a.js~", "src/4913"]],
    ["*.log", ["keep.log"], ["other.log", "pkg/keep.log"]],
    ["pkg/*.log", ["pkg/other.log"], ["pkg/a.py"]],
    ["app.yaml", ["app.yaml"], ["src/app.yaml", "app.yaml2"]],
    ["../shared/*.py", ["../shared/x.py"], ["x.py"]],
    ["dist/**", ["dist/a.py", "dist/b/c.js"], ["a.py"]],
    [".env", [".env"], ["env"]],
    ["./src/*.py", ["src/a.py"], ["src/b/a.py"]],
  ])("by --watch %s", (glob, yes, no) => {
    using project = new Project(IGNORES);
    const files = new WatchedFiles([glob], project.path);
    const caused = (names: readonly string[]) => names.filter((name) => files.has(project.at(name)));
    expect(caused(yes)).toEqual(yes);
    expect(caused(no)).toEqual([]);
  });

  test("what git is told meanwhile counts from then on", () => {
    using project = new Project(IGNORES);
    const files = new WatchedFiles(["**/*.py"], project.path);
    expect(files.has(project.at("src/a.py"))).toBeTrue();
    project.write(".gitignore", "src\n");
    files.noteChange(project.at(".gitignore"));
    expect(files.has(project.at("src/a.py"))).toBeFalse();
  });

  test("the folders above, up to the work tree's, have their say", () => {
    using project = new Project({ ...IGNORES, "app/src/a.py": "" });
    const files = new WatchedFiles(["**/*"], project.at("app"));
    expect(files.has(project.at("app/src/a.py"))).toBeTrue();
    expect(files.has(project.at("app/x.log"))).toBeFalse();
  });

  test("folders that can't matter are not even looked into, unless they are what is meant", () => {
    using project = new Project(IGNORES);
    const skipped = (glob: string, ...names: readonly string[]) => {
      const files = new WatchedFiles([glob], project.path);
      return names.filter((name) => files.skips(project.at(name)));
    };
    const names = ["src", "dist", "dist/b", "node_modules", "src/node_modules/x", ".git"];
    expect(skipped("**/*.js", ...names)).toEqual(["dist", "dist/b", "node_modules", "src/node_modules/x", ".git"]);
    expect(skipped("dist/**", "dist", "dist/b")).toEqual([]);
    expect(skipped("node_modules/mine/*.js", "node_modules", "node_modules/mine")).toEqual([]);
    expect(new WatchedFiles(["src/**", "src/a/*.js", "lib/x.js"], project.path).bases).toEqual([
      project.at("src"),
      project.at("lib/x.js"),
    ]);
  });

  if (need("git"))
    test("git itself leaves out the same", () => {
      const { ".git/HEAD": _, ...files } = IGNORES;
      using project = new Project(files);
      Bun.spawnSync(["git", "init", "-q"], { cwd: project.path });
      const names = [
        "a.py",
        "dist/a.py",
        "x.log",
        "keep.log",
        "pkg/x.log",
        "pkg/local.py",
        "only-here.py",
        "pkg/only-here.py",
      ];
      const { stdout } = Bun.spawnSync(["git", "check-ignore", "--no-index", ...names], { cwd: project.path });
      const watched = new WatchedFiles(["**/*"], project.path);
      const kept = names.filter((name) => watched.has(project.at(name)));
      expect(names.filter((name) => !kept.includes(name))).toEqual(stdout.toString().trim().split("\n"));
    });
});
