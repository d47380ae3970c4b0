/** What an agent may be told to do. */
export type Job = { readonly id: number } & Work;
export type Work =
  | { readonly do: "run"; readonly argv: readonly string[]; readonly input?: string }
  /** By TCP on every address of both families, and by UDP, with an answer to each datagram, on these. */
  | { readonly do: "listen"; readonly ports: readonly number[]; readonly addresses: readonly string[] }
  | {
      readonly do: "connect";
      readonly protocol: "tcp" | "udp";
      readonly address: string;
      readonly port: number;
      readonly from?: string;
      readonly timeoutMs: number;
    };

export interface JobResult {
  readonly id: number;
  readonly failed?: string;
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** `connected`, `timeout`, or the errno's name. */
  readonly outcome?: string;
}
