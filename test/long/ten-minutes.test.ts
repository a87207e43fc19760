import { seedOf } from '../support/seeds';
import { Stack } from '../support/stack';

// `npm run measure`: what a real ten-minute upgrade costs Rancher and Temporal, on the real clock, under the product's own limits.

const MINUTE = 60_000;
/** Three containers, one after the other, each of which pulls its image for so long: about ten minutes in all. */
const PULL_MILLIS = 195_000;
const MOST_SERVICE_READS = 45;
const MOST_REQUESTS = 60;
const MOST_EVENTS = 600;

describe('a ten-minute upgrade', () => {
  let stack: Stack;
  beforeAll(async () => {
    const launchConfig = { imageUuid: 'docker:example/web:1' };
    stack = await Stack.start({
      seed: {
        ...seedOf({ name: 'web', scale: 3, launchConfig }),
        behaviours: [{ image: 'docker:example/web:2', pullMillis: PULL_MILLIS }],
      },
      speed: 1,
      quick: false,
      policy: { stallLimit: '30m' },
    });
  }, 2 * MINUTE);
  afterAll(() => stack.close());

  test(
    `costs at most ${MOST_REQUESTS} requests, ${MOST_SERVICE_READS} reads of the service and ${MOST_EVENTS} events of history`,
    async () => {
      const ended = await stack.drover(['upgrade', stack.alias, 'cases/web', '--image', 'example/web:2']);
      process.stdout.write(`${ended.stdout}${ended.stderr}`);
      const states = (await stack.journal()).filter(({ kind }) => kind === 'state');
      const at = (state: string): number => Date.parse(states.find(({ to }) => to === state)?.at ?? '');
      const minutes = (at('upgraded') - at('upgrading')) / MINUTE;
      const requests = await stack.rancher.requests();
      const serviceReads = requests.filter(({ method, path }) => method === 'GET' && /\/services\/[^/]+$/.test(path));
      const byKind = new Map<string, number>();
      for (const { method, path } of requests) {
        const kind = `${method} ${path.replace(/\?(?!action=).*$/, '').replace(/\/1[a-z]+\d+/g, '/…')}`;
        byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
      }
      const events = (await stack.history(`deploy/${stack.alias}/cases/web`)).length;
      const figures = [
        `Rancher's own time: ${minutes.toFixed(1)} min`,
        `reads of the service: ${serviceReads.length} (at most ${MOST_SERVICE_READS})`,
        `requests in all: ${requests.length} (at most ${MOST_REQUESTS})`,
        ...[...byKind].map(([kind, count]) => `  ${count} × ${kind}`),
        `events of history: ${events} (at most ${MOST_EVENTS})`,
      ];
      process.stdout.write(`\n${figures.join('\n')}\n`);

      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(await stack.actions('web')).toEqual(['upgrade', 'finishupgrade']);
      expect(minutes).toBeGreaterThan(9);
      expect(serviceReads.length).toBeGreaterThan(0);
      expect(serviceReads.length).toBeLessThanOrEqual(MOST_SERVICE_READS);
      expect(requests.length).toBeLessThanOrEqual(MOST_REQUESTS);
      expect(events).toBeLessThanOrEqual(MOST_EVENTS);
    },
    20 * MINUTE,
  );
});
