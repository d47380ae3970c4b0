/** Output of a command that passes through us. */
export interface OutputTap {
  readonly streams: readonly OutputStream[];
  /** Called with all that was written, once it has been passed on. */
  readonly onChunk: (stream: OutputStream, bytes: Uint8Array) => void;
}

export type OutputStream = "stdout" | "stderr";
