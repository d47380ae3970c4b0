/** It may have been taken away below us. */
export function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return "";
  }
}
