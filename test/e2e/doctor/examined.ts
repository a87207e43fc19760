import type { Finding } from '../../../decision/checks';
import type { Ended } from '../../support/started-process';
import { jsonLines } from '../said';
import type { BrokenSetUp } from './broken-set-ups';
import type { Places } from './places';
import { SECRETS } from './places';

/** What `drover doctor --json` said. */
export interface Examined {
  readonly ended: Ended;
  readonly findings: readonly Finding[];
}

/** Runs `drover doctor --json`. */
export async function doctor(places: Places, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Examined> {
  const ended = await places.stack.drover(['doctor', '--json', ...args], { env });
  const lines = jsonLines(ended);
  const findings = lines.filter(({ type }) => type === 'check') as unknown as Finding[];
  return { ended, findings };
}

/** Runs it on a broken set-up, and asserts that it names what is wrong, and nothing else. */
export async function expectNamed(places: Places, row: BrokenSetUp): Promise<void> {
  const text = row.yaml === undefined ? places.yaml() : row.yaml(places);
  const config = text === null ? [] : ['--config', places.write('drover.yaml', text)];
  const { ended, findings } = await doctor(places, [...config, ...(row.args ?? [])], {
    ...places.keys,
    ...row.env?.(places),
  });
  const { check, status, environment = null, alsoFails = [] } = row;
  expect({ said: findings, stderr: ended.stderr }).toMatchObject({
    said: expect.arrayContaining([
      expect.objectContaining({
        ...{ check, status, environment },
        text: typeof row.says === 'string' ? expect.stringContaining(row.says) : expect.stringMatching(row.says),
        mend: typeof row.mend === 'string' ? expect.stringContaining(row.mend) : expect.stringMatching(row.mend),
      }),
    ]),
  });
  const failed = new Set(findings.filter((one) => one.status === 'failed').map((one) => one.check));
  expect(failed).toEqual(new Set([...(status === 'failed' ? [check] : []), ...alsoFails]));
  expect(ended.code).toBe(failed.size > 0 ? 4 : 0);
  for (const secret of [...SECRETS, 'canary-value']) expect(ended.stdout + ended.stderr).not.toContain(secret);
}
