/** The alerts that end a handshake, by their number (RFC 8446, 6; RFC 5246, 7.2). */
const ALERTS: Readonly<Record<number, string>> = {
  0: "close_notify",
  10: "unexpected_message",
  20: "bad_record_mac",
  22: "record_overflow",
  40: "handshake_failure",
  42: "bad_certificate",
  43: "unsupported_certificate",
  44: "certificate_revoked",
  45: "certificate_expired",
  46: "certificate_unknown",
  47: "illegal_parameter",
  48: "unknown_ca",
  49: "access_denied",
  50: "decode_error",
  51: "decrypt_error",
  70: "protocol_version",
  71: "insufficient_security",
  80: "internal_error",
  86: "inappropriate_fallback",
  90: "user_canceled",
  109: "missing_extension",
  110: "unsupported_extension",
  112: "unrecognized_name",
  113: "bad_certificate_status_response",
  115: "unknown_psk_identity",
  116: "certificate_required",
  120: "no_application_protocol",
};

const ALERT_RECORD = 21;
const ALERT_BYTES = 7;

/** The alert that the other side's first words are, where they are one. */
export function alertOfRecord(start: Uint8Array): string | undefined {
  const [type, major] = start;
  const number = start[ALERT_BYTES - 1];
  if (type !== ALERT_RECORD || major !== 3 || start[4] !== 2 || number === undefined) return undefined;
  return ALERTS[number] ?? `alert ${number}`;
}

/** The alert in the library's code for it: `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`. */
export function alertOfCode(code: string): string | undefined {
  const name = /^ERR_SSL_(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z0-9_]+)$/.exec(code)?.[1]?.toLowerCase();
  if (name !== undefined) return name;
  // The library finds no version in what the other side offers, and sends this alert itself.
  if (code === "ERR_SSL_UNSUPPORTED_PROTOCOL") return "protocol_version";
  return code === "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" ? "unrecognized_name" : undefined;
}
