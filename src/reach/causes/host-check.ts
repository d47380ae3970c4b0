import type { Cause } from "../cause.ts";
import { allowHost } from "../remedies/host-setting.ts";
import { answerOf, describeSpeaker, describeStatus, mainTalk, showAnswer, speakerKinds } from "../reading/talks.ts";
import { hostText, reachInstead, retarget } from "../words/target-text.ts";

const REFUSALS = new Set([400, 403, 421]);

export const hostCheck: Cause = {
  code: "HOST_CHECK",
  stage: "protocol",
  summary: "the server answers under some names only, and the target's is not one of them (allowedHosts)",
  explain: [
    "Development servers and frameworks look at the Host header, so that web pages can't reach them by a name of their own",
    "(DNS rebinding): by another name they answer 403 Blocked request, 400 Bad Request or 421. By localhost it works.",
    "Add the name to the server's list: server.allowedHosts (Vite), ALLOWED_HOSTS (Django), config.hosts (Rails), ….",
  ],
  symptoms: ["connected"],
  needs: ["conversation"],
  dependsOn: [],
  judge(facts) {
    const { conversation } = facts.more;
    const main = mainTalk(facts);
    const answer = answerOf(main?.talk);
    const other = answerOf(conversation?.otherHost);
    if (!conversation || !main || !answer || !other) return undefined;
    // Whatever else it has against the question (400): another answer to another name says that the name counts.
    const isRefusedToo = other.status === answer.status || other.status === 403 || other.status === 421;
    if (!REFUSALS.has(answer.status) || isRefusedToo) return undefined;
    const { target } = facts.request;
    const { host } = conversation;
    return {
      // A bare port names no host: another name may be the usual one.
      severity: target.url ? "blocks" : "warning",
      title: `${describeSpeaker(facts, conversation)} refuses the host name ${host} (${describeStatus(answer)}); as localhost it answers ${describeStatus(other)}`,
      evidence: [
        showAnswer(conversation, answer, `${main.asked} with \`Host: ${host}\``),
        { what: `with \`Host: localhost\` it answered ${describeStatus(other)}`, source: "HTTP" },
      ],
      remedies: [
        allowHost({ host, kinds: speakerKinds(facts, conversation), answer, isMcp: conversation.mcp !== undefined }),
        ...(facts.isLocal && hostText(target.host) !== "localhost"
          ? [reachInstead("use it as localhost", retarget(target, { host: "localhost" }))]
          : []),
      ],
    };
  },
};
