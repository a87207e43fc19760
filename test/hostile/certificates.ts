import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Certificates for 127.0.0.1 and not for localhost, made by openssl in a folder. */
export class Certificates {
  constructor(readonly folder: string) {
    for (const ca of ['ca', 'other'])
      this.#openssl(
        'req',
        '-x509',
        ...KEY,
        '-keyout',
        `${ca}.key`,
        '-out',
        `${ca}.pem`,
        '-days',
        '2',
        '-subj',
        `/CN=${ca}`,
      );
    const name = ['-subj', '/CN=server', '-addext', 'subjectAltName=IP:127.0.0.1'];
    this.#openssl('req', ...KEY, '-keyout', 'server.key', '-out', 'server.csr', ...name);
    this.#sign('good.pem', '2');
    this.#sign('expired.pem', '-1');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  text(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  #sign(out: string, days: string): void {
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy'];
    this.#openssl('x509', '-req', '-in', 'server.csr', ...by, '-days', days, '-out', out);
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }
}
