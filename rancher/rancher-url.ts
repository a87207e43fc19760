import { InvalidSettingError } from './errors/invalid-setting-error';

/** Where a Rancher server is, taken from whatever people put into `RANCHER_URL`. */
export interface RancherLocation {
  /** Scheme, host and port: "https://rancher.example.com". */
  readonly origin: string;
  /** Host (and port) for messages. */
  readonly host: string;
  /** What stands before `/v2-beta`, without a slash at its end: "" or "/sub/path". */
  readonly basePath: string;
  /** The project id that the URL names, if any. */
  readonly projectId: string | undefined;
}

const API_PATH = /^(.*?)\/(?:v1|v2-beta)(?:\/projects\/([^/]+))?(?:\/.*)?$/;
const UI_PATH = /^(.*?)\/env\/([^/]+)(?:\/.*)?$/;

/**
 * Understands every shape of `RANCHER_URL` in use: `https://h`, `https://h/`, `…/v1`, `…/v2-beta`, `…/v1/projects/1a5`,
 * `…/v2-beta/projects/1a5/schemas`, a sub-path of a proxy before any of them, and an address copied from Rancher's UI
 * (`…/env/1a5/apps/stacks`). Whatever version it names, Drover speaks v2-beta.
 *
 * @throws InvalidSettingError saying what is wrong. A URL with credentials in it is refused and not repeated.
 */
export function parseRancherUrl(text: string): RancherLocation {
  if (text.includes('@')) {
    throw new InvalidSettingError(
      'The Rancher URL holds an "@": credentials do not belong into a URL. Take them out and give the access key and the secret key separately (RANCHER_ACCESS_KEY, RANCHER_SECRET_KEY).',
    );
  }
  // A query may hold a token.
  const shown = JSON.stringify((text.split(/[?#]/)[0] ?? '').slice(0, 200));
  if (!/^https?:\/\//i.test(text.trim())) {
    throw new InvalidSettingError(`The Rancher URL ${shown} must begin with http:// or https://.`);
  }
  const url = tryParse(text.trim());
  if (url === undefined) {
    throw new InvalidSettingError(
      `The Rancher URL ${shown} is no valid URL; give one such as https://rancher.example.com.`,
    );
  }
  const path = url.pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  if (/\/v(?:2|3)(?:\/|$)/.test(path)) {
    throw new InvalidSettingError(
      `The Rancher URL ${shown} names an API that Rancher 1.6 does not have (it has /v1 and /v2-beta); give ${url.origin} alone.`,
    );
  }
  const match = API_PATH.exec(path) ?? UI_PATH.exec(path);
  return {
    origin: url.origin,
    host: url.host,
    basePath: match === null ? path : (match[1] ?? ''),
    projectId: match?.[2],
  };
}

function tryParse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
