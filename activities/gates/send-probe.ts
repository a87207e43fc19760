import type { HttpGateSettings } from '../dependencies';
import { whyNoAnswer } from '../why-no-answer';

/** What a check found. `said` is what somebody else said about it, raw; empty where nobody did. */
export interface RawCheck {
  readonly passed: boolean;
  readonly why: string;
  readonly said: string;
}

/** Of a body so much is looked at, bytes. */
const BODY_LIMIT = 262_144;

/** Sends one request and holds the answer against what is expected. Redirects are answers, not followed. */
export async function sendProbe(
  { url, status, contains, headers }: HttpGateSettings,
  names: Readonly<Record<string, string>>,
  timeoutMillis: number,
  signal: AbortSignal,
): Promise<RawCheck> {
  const address = filled(url, names, encodeURIComponent);
  const check = (passed: boolean, why: string): RawCheck => ({ passed, why, said: '' });
  const limit = AbortSignal.timeout(timeoutMillis);
  try {
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { 'User-Agent': 'drover', ...headers },
      signal: AbortSignal.any([signal, limit]),
    });
    const answered = `answered ${response.status}`;
    if (response.status !== status) {
      await response.body?.cancel();
      return check(false, `${answered}, expected ${status}`);
    }
    if (contains === undefined) {
      await response.body?.cancel();
      return check(true, answered);
    }
    const holds = (await bodyOf(response)).includes(contains);
    return holds
      ? check(true, `${answered} with the expected body`)
      : check(false, `${answered}, but its body does not hold the expected text`);
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) return check(false, `no answer within ${timeoutMillis} ms`);
    return check(false, `no answer: ${whyNoAnswer(error)}`);
  }
}

/** Names in the places of `{stack}` and the like. */
export function filled(
  template: string,
  names: Readonly<Record<string, string>>,
  escape: (name: string) => string,
): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(names, name) ? names[name] : undefined;
    return value === undefined ? whole : escape(value);
  });
}

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= BODY_LIMIT) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
