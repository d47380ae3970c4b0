import type { HoldRequest, Os } from "../../core/os.ts";
import type { Proof } from "../../core/stop.ts";

/** A dying process may lose its memory, by which it is found, a moment before its sockets. */
const PATIENCE_MS = 2000;
const PAUSE_MS = 20;

type System = Pick<Os, "hold" | "sockets" | "refusalOf">;

/** Binds the port for real, on every address asked for, and lets go of it. */
export async function proveFree(request: HoldRequest, os: System): Promise<Proof> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const proof = tryOnce(request, os);
    const mayChange = proof.kind === "closing" || (proof.kind === "held" && !isUsed(request, os));
    if (!mayChange) return proof;
    if (performance.now() >= deadline) return explainUnseen(proof, request, os);
    await Bun.sleep(PAUSE_MS);
  }
}

function tryOnce(request: HoldRequest, os: System): Proof {
  const outcome = os.hold(request);
  switch (outcome.kind) {
    case "held":
      outcome.hold.release();
      return { kind: "bound" };
    case "busy":
      return { kind: "held" };
    case "lingering":
      return { kind: "closing" };
    case "not-local":
      return { kind: "not-local", at: outcome.at };
    case "denied": {
      const { refusal } = outcome;
      const isUnused = refusal.because === "privileged" && !isUsed(request, os);
      return { kind: isUnused ? "unused" : "refused", refusal };
    }
  }
}

/** Whoever is not seen to have it may be the system itself. */
function explainUnseen(proof: Proof, { port, protocol }: HoldRequest, os: System): Proof {
  const refusal = proof.kind === "held" ? os.refusalOf(port, protocol) : undefined;
  return refusal ? { kind: "refused", refusal } : proof;
}

/** Whether a server, or a process that has merely bound it, is seen on the port. */
function isUsed({ port, protocol }: HoldRequest, os: System): boolean {
  return os.sockets({ port, protocol }).length > 0;
}
