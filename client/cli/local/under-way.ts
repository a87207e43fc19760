import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { targetText } from '../../../decision/target-text';
import type { BuiltRequest } from '../../input/build-request';

/**
 * Requests whose verdict was not told yet: the same command again is the same request, although its id was made anew, or comes from
 * another attempt of a CI build.
 */
export class UnderWay {
  constructor(private readonly folder: string) {}

  /** The id under which the same was asked before; undefined where nothing is under way, or something else. */
  requestIdOf(built: BuiltRequest): string | undefined {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#file(built), 'utf8'));
      if (typeof value !== 'object' || value === null || !('digest' in value) || !('requestId' in value))
        return undefined;
      return value.digest === built.digest && typeof value.requestId === 'string' ? value.requestId : undefined;
    } catch {
      return undefined;
    }
  }

  /** Remembers a request, before it is sent. */
  begins(built: BuiltRequest): void {
    const file = this.#file(built);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { digest, request } = built;
    writeFileSync(
      `${file}.new`,
      `${JSON.stringify({ target: targetText(request), digest, requestId: request.requestId })}\n`,
    );
    renameSync(`${file}.new`, file);
  }

  /** Its verdict was told: the same command again is another request. */
  ends(built: BuiltRequest): void {
    rmSync(this.#file(built), { force: true });
  }

  #file({ request }: BuiltRequest): string {
    const name = createHash('sha256').update(targetText(request)).digest('hex').slice(0, 16);
    return join(this.folder, 'under-way', `${name}.json`);
  }
}
