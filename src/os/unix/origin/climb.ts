import type { Kin, Lineage } from "../../../core/origin.ts";

/** A chain of processes is never this long, unless it changes faster than we look. */
const LONGEST = 64;

/** How one system tells of a process, and who stands above it: 0 or nothing where nobody does, or that is not to be seen. */
export interface KinReader {
  readonly readKin: (pid: number) => Kin | undefined;
  readonly aboveOf: (kin: Kin) => number | undefined;
}

/** From each process up to the first one that may be seen; who stands above several of them is read once. */
export function climbFrom(pids: readonly number[], { readKin, aboveOf }: KinReader): Map<number, Lineage> {
  const known = new Map<number, Kin | undefined>();
  const kinOf = (pid: number) => {
    if (!known.has(pid)) known.set(pid, readKin(pid));
    return known.get(pid);
  };
  const climb = (self: Kin): Kin[] => {
    const above: Kin[] = [];
    for (let kin: Kin | undefined = self; kin && above.length < LONGEST;) {
      const pid: number = aboveOf(kin) ?? 0;
      kin = pid === 0 ? undefined : kinOf(pid);
      if (kin) above.push(kin);
    }
    return above;
  };
  return new Map(
    pids.flatMap((pid): [number, Lineage][] => {
      const self = kinOf(pid);
      return self ? [[pid, [self, ...climb(self)]]] : [];
    }),
  );
}
