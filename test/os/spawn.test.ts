import { expect, test } from "bun:test";
import { needThat } from "../need.ts";
import { program } from "./own-namespace.ts";

if (needThat("Linux", process.platform === "linux")) {
  test.each([[[]], [[9]], [[500, 501]]])(
    "a started program has the open files that it is to have, %p, whatever the runtime has open at that moment",
    (only) => {
      const argv = [process.execPath, program("spawn-among-fds.ts"), ...only.map(String)];
      const { stdout, stderr } = Bun.spawnSync(argv);
      expect(stderr.toString()).toBe("");
      const fds = stdout
        .toString()
        .match(/(?<=fd\/)\d+/g)
        ?.map(Number);
      expect(fds?.toSorted((a, b) => a - b)).toEqual([0, 1, 2, ...only]);
    },
  );
}
