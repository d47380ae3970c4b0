import { version } from "../../package.json";

// Set by the build with --define; absent when portguard runs from its source.
declare const BUILD_COMMIT: string | undefined;
declare const BUILD_TARGET: string | undefined;

/** `portguard 0.1.0 (abc1234, linux-x64)`, or `portguard 0.1.0 (from source)`. */
export function describeVersion(): string {
  const commit = typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : undefined;
  const target = typeof BUILD_TARGET === "string" ? BUILD_TARGET : undefined;
  const parts = [commit, target].filter((part) => part !== undefined && part !== "");
  return `portguard ${version} (${parts.length === 0 ? "from source" : parts.join(", ")})`;
}
