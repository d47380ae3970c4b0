/** One process that is kept open: what is sent to it reaches it, or nobody, whoever has its number by then. */
export interface OpenProcess extends Disposable {
  readonly pid: number;
  hasEnded(): boolean;
  /** On Windows, which has no signals, each of them ends it at once. */
  signal(signal: NodeJS.Signals): SignalOutcome;
  /** Whether it ended within so many milliseconds; a dead process that nobody has collected has ended. */
  ends(withinMs: number): Promise<boolean>;
}

/** `denied`: the system lets us not, since it is another user's. */
export type SignalOutcome = "sent" | "gone" | "denied";
