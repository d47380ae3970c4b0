import type { Remedy } from "../../core/finding.ts";
import type { ServerKind } from "../recognize/server.ts";
import type { HttpAnswer } from "../speak/conversation.ts";

interface Asked {
  readonly host: string;
  /** Who serves, as far as command lines tell. */
  readonly kinds: readonly ServerKind[];
  /** The refusal: its text often says whose it is. */
  readonly answer: Pick<HttpAnswer, "body" | "headers">;
  readonly isMcp: boolean;
}

/** Adds a name to the list of those that the server answers under. */
export function allowHost({ host, kinds, answer, isMcp }: Asked): Remedy {
  const byText = SETTINGS.find(({ said }) => said?.test(answer.body));
  const byKind = SETTINGS.find(({ kind }) => kind !== undefined && kinds.includes(kind));
  const setting = (isMcp ? MCP : undefined) ?? byText ?? byKind;
  return {
    what: setting
      ? `allow it in ${setting.whose}: ${setting.how(host)}`
      : `add ${host} to the server's list of allowed hosts (trusted hosts, server names)`,
    commands: [],
    risk: "restart",
    undo: "take the name out again",
  };
}

interface Setting {
  readonly whose: string;
  readonly how: (host: string) => string;
  readonly kind?: ServerKind;
  /** What its refusal says. */
  readonly said?: RegExp;
}

const MCP: Setting = {
  whose: "the MCP SDK's protection against DNS rebinding",
  how: (host) =>
    `\`TransportSecuritySettings(allowed_hosts=["${host}:*"])\` in Python, \`allowedHosts: ["${host}"]\` in TypeScript`,
};

const SETTINGS: readonly Setting[] = [
  {
    whose: "Vite",
    how: (host) =>
      `\`server.allowedHosts: ["${host}"]\` in vite.config (\`preview.allowedHosts\` for \`vite preview\`)`,
    kind: "vite",
    said: /Blocked request\. This host \(.*\) is not allowed/s,
  },
  {
    whose: "webpack-dev-server",
    how: (host) => `\`devServer.allowedHosts: ["${host}"]\` in webpack.config`,
    kind: "webpack-dev-server",
    said: /^Invalid Host header$/,
  },
  { whose: "Angular", how: (host) => `\`"allowedHosts": ["${host}"]\` under serve in angular.json`, kind: "angular" },
  {
    whose: "Django",
    how: (host) => `\`ALLOWED_HOSTS = ["${host}"]\` in its settings`,
    kind: "django",
    said: /DisallowedHost|ALLOWED_HOSTS/,
  },
  {
    whose: "Rails",
    how: (host) => `\`config.hosts << "${host}"\` in config/environments/development.rb`,
    kind: "rails",
    said: /Blocked hosts?:/,
  },
  { whose: "Next", how: (host) => `\`allowedDevOrigins: ["${host}"]\` in next.config`, kind: "next" },
  {
    whose: "Jupyter",
    how: (host) => `\`c.ServerApp.local_hostnames = ["${host}"]\`, or \`allow_remote_access = True\``,
    kind: "jupyter",
    said: /Blocking request with non-local 'Host'/,
  },
  {
    whose: "Starlette's TrustedHostMiddleware",
    how: (host) => `\`allowed_hosts=["${host}"]\``,
    said: /^Invalid host header$/,
  },
  { whose: "Flask", how: (host) => `\`TRUSTED_HOSTS = ["${host}"]\` in its configuration`, kind: "flask" },
  { whose: "nginx", how: (host) => `\`server_name ${host};\` in its server block`, kind: "nginx" },
  { whose: "Apache", how: (host) => `\`ServerAlias ${host}\` in its virtual host`, kind: "apache" },
];
