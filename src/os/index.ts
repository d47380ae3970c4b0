import type { Os } from "../core/os.ts";
import { fail } from "../core/error.ts";

/** The operating system that this program runs on. Throws UNSUPPORTED where there is none of ours. */
export async function loadOs(): Promise<Os> {
  switch (process.platform) {
    case "linux":
      return (await import("./linux/index.ts")).openLinux();
    case "darwin":
      return (await import("./macos/index.ts")).openMacos();
    case "win32":
      return (await import("./windows/index.ts")).openWindows();
    default:
      return fail(
        "UNSUPPORTED",
        `portguard does not run on ${process.platform}`,
        "it runs on Linux, macOS and Windows",
      );
  }
}
