import bash from "./completions/portguard.bash" with { type: "text" };
import fish from "./completions/portguard.fish" with { type: "text" };
import powershell from "./completions/portguard.ps1" with { type: "text" };
import zsh from "./completions/portguard.zsh" with { type: "text" };

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * What a shell reads to complete portguard's words. Each script asks `portguard __complete N WORDS…` (N of the words stand
 * before the cursor), so that verbs, flags, live ports and names are the running portguard's own.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell };
