/** What portguard starts of itself: it answers an exit code, or nothing where argv is a user's. */
export async function runHidden(
  argv: readonly string[],
  tell: (leftRunning: readonly string[]) => Promise<void>,
): Promise<number | undefined> {
  switch (argv[0]) {
    case "__guard": {
      const { runGuard } =
        process.platform === "darwin" ? await import("./macos/guard-main.ts") : await import("./linux/guard-main.ts");
      const guard = runGuard(Number(argv[1]));
      if (guard.left.length > 0) await tell(guard.left);
      guard.stay();
      return 0;
    }
    case "__exec": {
      const { runLauncher } = await import("./unix/launcher.ts");
      const error = runLauncher(argv[1] ?? "", argv.slice(2));
      return error === -2 ? 127 : 126;
    }
    default:
      return undefined;
  }
}
