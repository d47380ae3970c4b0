/** A PowerShell command as an argv. */
export function powershell(command: string): string[] {
  return ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", command];
}

/** PowerShell takes the typographic quotes for the plain one, too: each is doubled inside. */
export function quotePowershell(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201A\u201B]/g, "$&$&")}'`;
}
