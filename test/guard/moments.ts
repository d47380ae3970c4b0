import { type Way, WAYS } from "./guarded.ts";
import { type Victim, VICTIMS } from "./victims.ts";

const PHASES = ["before exec", "during bind", "while serving"] as const;
export type Phase = (typeof PHASES)[number];

/** How long after its begin the blow falls at most, in milliseconds: what happens in a phase mostly happens in that time. */
const LONGEST: Record<Phase, number> = { "before exec": 60, "during bind": 200, "while serving": 30 };

/** When one of portguard's processes is killed, and under which circumstances. */
export interface Moment {
  readonly way: Way;
  readonly victim: Victim;
  readonly phase: Phase;
  readonly afterMs: number;
  readonly user: "us" | "nobody";
}

/** Each way, victim and phase meet before any of them meet again; who runs it, and when exactly, is drawn. */
export function drawMoments(count: number, seed: number): Moment[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, index) => {
    const phase = PHASES[Math.floor(index / 6) % 3]!;
    return {
      way: WAYS[index % 3]!,
      victim: VICTIMS[Math.floor(index / 3) % 2]!,
      phase,
      afterMs: Math.floor(random() * LONGEST[phase]),
      user: random() < 0.5 ? "us" : "nobody",
    };
  });
}

/** Numbers from 0 up to 1, always the same ones for a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
