/** What keeps an HTTP request from being answered, by the codes of Node and of its `fetch`. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  UND_ERR_SOCKET: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  EACCES: 'not permitted on this machine',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'no answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
  EPROTO: 'it does not speak TLS as it should',
  ERR_INVALID_URL: 'the address is none',
};
/** A code of Node's, OpenSSL's or the parser's own. */
const CODE = /^[A-Z][A-Z0-9_]{2,60}$/;
/** Words of `fetch` where it has no code, and ours for them. */
const WITHOUT_CODE: Readonly<Record<string, string>> = {
  // https://fetch.spec.whatwg.org/#port-blocking
  'bad port': 'the port is one that HTTP clients refuse to ask',
  'unknown scheme': 'the address is none',
};
/** Errors in errors: a few are all that there are. */
const DEEPEST = 5;

/**
 * Why a request got no answer, in a few words. They are ours, or a code of Node's; never a message of an error, which may hold the address, and
 * that a secret.
 */
export function whyNoAnswer(error: unknown): string {
  const errors = withCauses(error, DEEPEST);
  const code = errors.map((one) => fieldOf(one, 'code')).find((one) => typeof one === 'string' && CODE.test(one));
  if (typeof code === 'string') return Object.hasOwn(WORDS, code) ? `${WORDS[code] ?? ''} (${code})` : code;
  if (errors.some((one) => fieldOf(one, 'name') === 'TimeoutError')) return 'no answer in time';
  const told = errors.map((one) => WITHOUT_CODE[String(fieldOf(one, 'message'))]).find((one) => one !== undefined);
  return told ?? 'unknown trouble';
}

/** An error, those that it consists of (each address of a host is tried), and what caused them. */
function withCauses(error: unknown, depth: number): unknown[] {
  if (depth === 0 || typeof error !== 'object' || error === null) return [];
  const parts = fieldOf(error, 'errors');
  return [error, ...(Array.isArray(parts) ? (parts as unknown[]) : []), fieldOf(error, 'cause')].flatMap((one) =>
    one === error ? [error] : withCauses(one, depth - 1),
  );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
