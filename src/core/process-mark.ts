/** One process, for good: numbers are used again. */
export interface ProcessMark {
  readonly pid: number;
  /** Names its start on this machine (see `ProcessInfo`); nothing where the system withholds it. */
  readonly born?: string;
}

/** A process that can be told from every other one. */
export type ProcessIdentity = Required<ProcessMark>;

export function markOf({ pid, born }: ProcessMark): ProcessMark {
  return { pid, ...(born !== undefined && { born }) };
}

/** Nothing where the system withholds when it was started. */
export function identify({ pid, born }: ProcessMark): ProcessIdentity | undefined {
  return born === undefined ? undefined : { pid, born };
}

/** Whether that very process is what has the number now. */
export function isSameProcess(mark: ProcessMark, now: ProcessMark | undefined): boolean {
  return now !== undefined && now.pid === mark.pid && now.born === mark.born;
}
