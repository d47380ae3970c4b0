import type { Finding, StageName } from "../core/finding.ts";
import type { Facts, MoreName, Symptom } from "./facts.ts";

/** One cause: a plain object in a file of its own, which takes facts and answers a finding, or nothing. */
export interface Cause {
  /** Stable: LOOPBACK_ONLY. The file has the same name in lower case: causes/loopback-only.ts. */
  readonly code: string;
  readonly stage: StageName;
  /** One line for the catalogue (`--causes`), without values. */
  readonly summary: string;
  /** A few lines for `--explain CODE`: what happens, how one sees it, what mends it. */
  readonly explain: readonly string[];
  /** It is judged only where one of these was seen. */
  readonly symptoms: readonly Symptom[];
  /** What has to be gathered before it can be judged. */
  readonly needs: readonly MoreName[];
  /** Causes whose finding makes this one a mere consequence: it stays silent then. */
  readonly dependsOn: readonly string[];
  readonly judge: (facts: Facts) => Judged | undefined;
}

/** A finding without what the cause itself already says. */
export type Judged = Omit<Finding, "code" | "stage">;
