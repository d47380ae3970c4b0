import type { Cause } from "./cause.ts";
import { acceptStuck } from "./causes/accept-stuck.ts";
import { airplay } from "./causes/airplay.ts";
import { answerDropped } from "./causes/answer-dropped.ts";
import { backlogFull } from "./causes/backlog-full.ts";
import { banned } from "./causes/banned.ts";
import { bodyIncomplete } from "./causes/body-incomplete.ts";
import { boundToDevice } from "./causes/bound-to-device.ts";
import { browserPort } from "./causes/browser-port.ts";
import { certificate } from "./causes/certificate.ts";
import { closedWithoutAnswer } from "./causes/closed-without-answer.ts";
import { cloudFirewall } from "./causes/cloud-firewall.ts";
import { conntrackFull } from "./causes/conntrack-full.ts";
import { containerLocalhostIpv6 } from "./causes/container-localhost-ipv6.ts";
import { containerPaused } from "./causes/container-paused.ts";
import { containerPortDead } from "./causes/container-port-dead.ts";
import { containerToHost } from "./causes/container-to-host.ts";
import { dnatToLoopback } from "./causes/dnat-to-loopback.ts";
import { dockerChainsGone } from "./causes/docker-chains-gone.ts";
import { dockerPassesFirewall } from "./causes/docker-passes-firewall.ts";
import { dropped } from "./causes/dropped.ts";
import { droppedBeforeInput } from "./causes/dropped-before-input.ts";
import { excludedPortRange } from "./causes/excluded-port-range.ts";
import { filesExhausted } from "./causes/files-exhausted.ts";
import { firewalldNotKept } from "./causes/firewalld-not-kept.ts";
import { firewalldNotLoaded } from "./causes/firewalld-not-loaded.ts";
import { firewalldOtherZone } from "./causes/firewalld-other-zone.ts";
import { firewallDrops } from "./causes/firewall-drops.ts";
import { firewallRejects } from "./causes/firewall-rejects.ts";
import { heldByDebugger } from "./causes/held-by-debugger.ts";
import { hostCheck } from "./causes/host-check.ts";
import { http2Only } from "./causes/http2-only.ts";
import { ipv6LoopbackOnly } from "./causes/ipv6-loopback-only.ts";
import { ipv6OnlySocket } from "./causes/ipv6-only-socket.ts";
import { localNetworkAccess } from "./causes/local-network-access.ts";
import { localhostIpv6First } from "./causes/localhost-ipv6-first.ts";
import { loopbackNotExempt } from "./causes/loopback-not-exempt.ts";
import { loopbackTarget } from "./causes/loopback-target.ts";
import { loopbackOnly } from "./causes/loopback-only.ts";
import { macosApplicationFirewall } from "./causes/macos-application-firewall.ts";
import { macosLocalNetwork } from "./causes/macos-local-network.ts";
import { mcpNotSpoken } from "./causes/mcp-not-spoken.ts";
import { mcpStaleSession } from "./causes/mcp-stale-session.ts";
import { mcpStream } from "./causes/mcp-stream.ts";
import { mtuBlackHole } from "./causes/mtu-black-hole.ts";
import { nameHasIpv6 } from "./causes/name-has-ipv6.ts";
import { nameNotFound } from "./causes/name-not-found.ts";
import { natHairpin } from "./causes/nat-hairpin.ts";
import { neighbourSilent } from "./causes/neighbour-silent.ts";
import { noAddressOfFamily } from "./causes/no-address-of-family.ts";
import { noAnswer } from "./causes/no-answer.ts";
import { noIpv6Here } from "./causes/no-ipv6-here.ts";
import { noListener } from "./causes/no-listener.ts";
import { noLocalPort } from "./causes/no-local-port.ts";
import { noReturnRoute } from "./causes/no-return-route.ts";
import { notHttp } from "./causes/not-http.ts";
import { otherNamespace } from "./causes/other-namespace.ts";
import { otherProtocol } from "./causes/other-protocol.ts";
import { pfBlocks } from "./causes/pf-blocks.ts";
import { portproxyStopped } from "./causes/portproxy-stopped.ts";
import { processStopped } from "./causes/process-stopped.ts";
import { proxyVariable } from "./causes/proxy-variable.ts";
import { publishedOnLoopback } from "./causes/published-on-loopback.ts";
import { rebindFilter } from "./causes/rebind-filter.ts";
import { sentOnToNobody } from "./causes/sent-on-to-nobody.ts";
import { redirectFromOutsideOnly } from "./causes/redirect-from-outside-only.ts";
import { redirected } from "./causes/redirected.ts";
import { refusedRemotely } from "./causes/refused-remotely.ts";
import { rejected } from "./causes/rejected.ts";
import { resolverSilent } from "./causes/resolver-silent.ts";
import { reversePathFilter } from "./causes/reverse-path-filter.ts";
import { routeRejects } from "./causes/route-rejects.ts";
import { ruleBehindReject } from "./causes/rule-behind-reject.ts";
import { schemeMismatch } from "./causes/scheme-mismatch.ts";
import { serverError } from "./causes/server-error.ts";
import { tailscaleRange } from "./causes/tailscale-range.ts";
import { tlsRefused } from "./causes/tls-refused.ts";
import { twoServers } from "./causes/two-servers.ts";
import { unitLimits } from "./causes/unit-limits.ts";
import { unixSocketOnly } from "./causes/unix-socket-only.ts";
import { vpnKillSwitch } from "./causes/vpn-kill-switch.ts";
import { websocketRefused } from "./causes/websocket-refused.ts";
import { wildcardDestination } from "./causes/wildcard-destination.ts";
import { windowsBlockRule } from "./causes/windows-block-rule.ts";
import { windowsBlocksByDefault } from "./causes/windows-blocks-by-default.ts";
import { windowsLocalRulesIgnored } from "./causes/windows-local-rules-ignored.ts";
import { windowsRuleForOtherProgram } from "./causes/windows-rule-for-other-program.ts";
import { windowsShieldsUp } from "./causes/windows-shields-up.ts";
import { windowsStealth } from "./causes/windows-stealth.ts";
import { wslNat } from "./causes/wsl-nat.ts";
import { xdpProgram } from "./causes/xdp-program.ts";
import { zoneMissing } from "./causes/zone-missing.ts";

/** Every cause, by priority: of two that are found and don't depend on each other, the earlier one is named first. */
export const CAUSES: readonly Cause[] = [
  // The client and the name.
  proxyVariable,
  wildcardDestination,
  zoneMissing,
  rebindFilter,
  nameNotFound,
  resolverSilent,
  noAddressOfFamily,
  localhostIpv6First,
  noLocalPort,
  noIpv6Here,
  // The way there and back.
  loopbackTarget,
  routeRejects,
  macosLocalNetwork,
  neighbourSilent,
  reversePathFilter,
  noReturnRoute,
  natHairpin,
  wslNat,
  // What other systems have in its place.
  portproxyStopped,
  excludedPortRange,
  windowsStealth,
  airplay,
  // Where the server listens.
  publishedOnLoopback,
  loopbackOnly,
  ipv6LoopbackOnly,
  ipv6OnlySocket,
  nameHasIpv6,
  boundToDevice,
  // What is wrong behind a socket that is there.
  containerPaused,
  processStopped,
  heldByDebugger,
  filesExhausted,
  backlogFull,
  acceptStuck,
  containerLocalhostIpv6,
  containerPortDead,
  // Nobody is there.
  sentOnToNobody,
  redirectFromOutsideOnly,
  otherProtocol,
  unixSocketOnly,
  otherNamespace,
  noListener,
  refusedRemotely,
  twoServers,
  // What keeps packets from it.
  conntrackFull,
  unitLimits,
  macosApplicationFirewall,
  pfBlocks,
  windowsBlockRule,
  windowsShieldsUp,
  windowsLocalRulesIgnored,
  windowsRuleForOtherProgram,
  windowsBlocksByDefault,
  banned,
  tailscaleRange,
  vpnKillSwitch,
  dnatToLoopback,
  loopbackNotExempt,
  ruleBehindReject,
  answerDropped,
  droppedBeforeInput,
  containerToHost,
  firewalldNotLoaded,
  firewalldOtherZone,
  firewallRejects,
  firewallDrops,
  xdpProgram,
  rejected,
  dropped,
  // What is said on the connection, and what others would meet.
  schemeMismatch,
  hostCheck,
  certificate,
  tlsRefused,
  notHttp,
  mtuBlackHole,
  bodyIncomplete,
  closedWithoutAnswer,
  noAnswer,
  http2Only,
  redirected,
  websocketRefused,
  mcpNotSpoken,
  serverError,
  mcpStaleSession,
  mcpStream,
  dockerPassesFirewall,
  dockerChainsGone,
  firewalldNotKept,
  cloudFirewall,
  browserPort,
  localNetworkAccess,
];
