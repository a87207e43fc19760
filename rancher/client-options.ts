import { InvalidSettingError } from './errors/invalid-setting-error';
import type { ObservedRequest } from './observed-request';
import type { RequestGate } from './request-gate';

/** How to reach one Rancher server, and as whom. */
export interface RancherClientOptions {
  /** Any shape of `RANCHER_URL` (see `parseRancherUrl`); http or https, without credentials. */
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** PEM text of an own CA, trusted besides those that Node brings along. */
  readonly ca?: string | undefined;
  /** Milliseconds for one whole exchange, from the wait for a connection to the end of the body; the wait for its turn comes before. Default 30,000. */
  readonly requestTimeoutMillis?: number | undefined;
  /** Bytes of a reply's body, decompressed. Default 32 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Default "drover". Not like a browser's: Rancher answers those with HTML. */
  readonly userAgent?: string | undefined;
  /** For clients that talk to the same server with other keys. Default: one of this client's own. */
  readonly gate?: RequestGate | undefined;
  /** Told that the key is refused (401); answers whether another one is expected within a while. Default: it is not. */
  readonly onRefusedKey?: (() => boolean) | undefined;
  /** Told of each request when it has ended; must not throw. */
  readonly onRequest?: ((request: ObservedRequest) => void) | undefined;
}

/** A key that can be sent. Errors never repeat it. */
export function checkKey(what: string, key: string): string {
  if (typeof key !== 'string' || key.trim() === '') {
    throw new InvalidSettingError(`The ${what} for Rancher is missing (RANCHER_ACCESS_KEY, RANCHER_SECRET_KEY).`);
  }
  if (/[\s\p{Cc}]/u.test(key)) {
    throw new InvalidSettingError(
      `The ${what} for Rancher holds white space or a line break; was it copied with its line end?`,
    );
  }
  return key;
}

/** A whole number from 1 on. */
export function checkCount(what: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new InvalidSettingError(`${what} must be a whole number from 1 to ${most}, not ${String(value)}.`);
}

/** A user agent that Rancher answers with JSON. */
export function checkUserAgent(text: string): string {
  if (!/^[\x20-\x7e]+$/.test(text)) throw new InvalidSettingError('The user agent must be plain ASCII text.');
  if (/mozilla/i.test(text))
    throw new InvalidSettingError('The user agent must not look like a browser: Rancher would answer with HTML.');
  return text;
}
