import type { KeySeed } from '../../../simulator/world-seed';
import type { StackEnvironment } from '../../support/stack';

/** Patience, in the words of `drover.yaml`: what hangs is given up after three seconds. */
const HASTY = { stallLimit: '3s', settleLimit: '3s', rollbackLimit: '3s', finishLimit: '3s', reachLimit: '1m' };

/**
 * Where rows happen. `prod` is patient; `strict` gives up an upgrade that gets nowhere for three seconds, `hasty` a finish and a rollback, too;
 * `impatient` gives people no more than a second and a half either; `readonly` has a key that may not upgrade; `away` has a Rancher at which nothing listens; `remote` has a worker of
 * its own, where a row starts one; `nobody` has none.
 */
export const ENVIRONMENTS = {
  prod: { project: 'Production', variables: { 'db-password': 'DB_PASSWORD' } },
  strict: { project: 'Strict', policy: { stallLimit: '3s', settleLimit: '3s', rollbackLimit: '30s' } },
  hasty: { project: 'Hasty', policy: HASTY },
  impatient: {
    project: 'Impatient',
    policy: {
      ...HASTY,
      confirmLimit: '1500ms',
      parkLimit: '1500ms',
      reachLimit: '8s',
      requestTimeout: '1s',
    },
  },
  readonly: { project: 'Read only', accessKey: 'GUEST' },
  remote: { project: 'Remote' },
  nobody: { project: 'Nobody' },
  away: { project: 'Away', policy: { reachLimit: '8s', requestTimeout: '1s' } },
} as const satisfies Readonly<Record<string, StackEnvironment>>;

export type Alias = keyof typeof ENVIRONMENTS;
export const ALIASES = Object.keys(ENVIRONMENTS) as readonly Alias[];

/** Those that the stack's worker serves. */
export function servedEnvironments(closedUrl: string): Readonly<Record<string, StackEnvironment>> {
  const { remote: _remote, nobody: _nobody, away, ...served } = ENVIRONMENTS;
  return { ...served, away: { ...away, url: closedUrl } };
}

/** The worker's own key: what the journal calls Drover. */
export const DROVER_KEY = 'ACCESS';

export const KEYS: KeySeed[] = [
  { accessKey: DROVER_KEY, secretKey: 'SECRET', role: 'owner' },
  { accessKey: 'GUEST', secretKey: 'GUEST-SECRET', role: 'readonly' },
];
