import type { Environment } from '../input/ci-build';

/** Names of variables that hold a secret, as CI systems and their users name them. */
const SECRET_NAME = /secret|token|passw|passphrase|credential|api_?key|access_?key|private_?key/i;
/** What is shorter would be found in words that are none. */
const LEAST_LENGTH = 8;

/**
 * Takes secrets out of a text: the values of this process's variables that are named like one, and what stands before the `@` of a URL.
 * No text of Drover's holds any; but a request's own words may.
 */
export function secretRedactor(env: Environment): (text: string) => string {
  const secrets = Object.entries(env)
    .flatMap(([name, value]) => (SECRET_NAME.test(name) && value !== undefined ? [value, value.trim()] : []))
    .filter((value) => value.length >= LEAST_LENGTH)
    .toSorted((one, other) => other.length - one.length);
  return (text) =>
    secrets
      .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
      .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, '$1[secret]@');
}
