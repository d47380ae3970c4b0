/** What is taken for granted of a client's packets, where a rule asks for it. */
export const USUAL_SERVICE = "the client asks for no type of service, and not for ECN";
export const USUAL_TTL = "the client is not behind more than 32 routers";
export const USUAL_SEGMENT = "the client takes segments of 536 bytes, as it must";
export const NO_DATA = "nothing that the client sends later holds what a rule looks for in packets";
