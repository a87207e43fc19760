import type { Verdict } from '../../decision/verdict';
import type { Site } from './stage';

/** What the four scenes deploy to. */
export const ALIAS = 'demo';
export const PROJECT = 'prod';
export const SITE: Site = { environments: { [ALIAS]: PROJECT }, accessKey: 'demo-prod' };

/** One deployment of the demo: what is done, and what must come of it. */
export interface Scene {
  readonly title: string;
  readonly about: string;
  readonly stack: string;
  readonly service: string;
  readonly image: string;
  /** Sent while the new containers come up. */
  readonly cancelWhileWaiting: boolean;
  readonly verdict: Verdict;
  /** The image that must run in the end, as the simulated Rancher has it. */
  readonly runs: string;
  /** Actions that Rancher must have accepted from Drover for this service, in their order. */
  readonly actions: readonly string[];
}

/** The four scenes. The services are those of the simulator's demo seed. */
export const SCENES: readonly Scene[] = [
  {
    title: 'An upgrade that succeeds',
    about: 'storefront/web goes to example/web:1.1; its logger, volumes, labels and variables stay as they are.',
    stack: 'storefront',
    service: 'web',
    image: 'example/web:1.1',
    cancelWhileWaiting: false,
    verdict: 'succeeded',
    runs: 'docker:example/web:1.1',
    actions: ['upgrade', 'finishupgrade'],
  },
  {
    title: "Somebody else's unfinished upgrade is in the way",
    about:
      'storefront/checkout is "upgraded" to 1.1 since a script died. Rancher would answer 422; Drover rolls that back, then upgrades.',
    stack: 'storefront',
    service: 'checkout',
    image: 'example/checkout:1.2',
    cancelWhileWaiting: false,
    verdict: 'succeeded',
    runs: 'docker:example/checkout:1.2',
    actions: ['rollback', 'upgrade', 'finishupgrade'],
  },
  {
    title: 'New containers that never get healthy',
    about:
      'storefront/api 2.0-unhealthy fails its health check for ever: no progress, so Drover rolls back and proves that 1.0 runs.',
    stack: 'storefront',
    service: 'api',
    image: 'example/api:2.0-unhealthy',
    cancelWhileWaiting: false,
    verdict: 'rolled-back',
    runs: 'docker:example/api:1.0',
    actions: ['upgrade', 'rollback'],
  },
  {
    title: 'Cancelled on the way',
    about: 'storefront/web:slow takes long to pull; somebody changes their mind meanwhile (drover cancel).',
    stack: 'storefront',
    service: 'web',
    image: 'example/web:slow',
    cancelWhileWaiting: true,
    verdict: 'cancelled',
    runs: 'docker:example/web:1.1',
    actions: ['upgrade', 'rollback'],
  },
];
