/** A file that one process alone can have locked, or that says which one runs. */
export interface Exclusive {
  readonly kind: "lock" | "pid-file";
  readonly pid: number;
  readonly path: string;
}
