import * as fc from 'fast-check';
import { InvalidInputError } from '../../client/errors/invalid-input-error';
import { parsePipeline } from '../../client/input/pipeline/pipeline-file';
import { parseRelease } from '../../client/input/release/release-file';
import { whyNoPipeline } from '../../decision/why-no-pipeline';
import { whyNoRelease } from '../../decision/why-no-release';
import { uncleanIn } from './clean-words';
import { printed } from './printed';
import { LIMIT_MILLIS, runs } from './runs';
import { BOMBS, CANARY, mutationsOf } from './yaml-mutations';

const NOW = Date.parse('2026-11-25T12:00Z');
const REQUEST = { requestId: 'r1', author: { by: 'jane' } };
/** Known for a secret by how it begins: such a one is repeated nowhere, not even where a name belongs. */
const SECRET = `ghp_${CANARY}`;

const RELEASE = {
  name: 'storefront 2.4.1',
  environment: 'qa',
  onFailure: 'stop',
  parallelism: 2,
  whenBusy: 'queue',
  confirm: 'manual',
  confirmWithin: '1h',
  services: {
    'storefront/web': {
      image: 'example/web:2',
      sidekicks: { logger: 'example/logger:3' },
      variables: { DB_PASSWORD: 'db-password' },
      labels: { team: 'shop' },
      dependsOn: ['storefront/api'],
      environment: 'demo',
      redeploy: true,
      wave: 3,
      policy: { onPending: 'wait', batchSize: 2, batchInterval: '3s', startFirst: true, timeout: '2h', soak: '1m' },
    },
    'storefront/api': 'example/api:2',
  },
};
const PIPELINE = {
  name: 'shop',
  stack: 'shop',
  services: ['web', 'api'],
  stages: [
    {
      name: 'qa',
      from: 'dev',
      environments: ['qa'],
      approvals: { count: 1, people: ['jane', 'joe'], distinctFromRequester: true, within: '24h', signed: false },
      soak: '10m',
      freeze: [
        { name: 'weekend', timeZone: 'Europe/Berlin', days: ['sat', 'sun'], from: '00:00', to: '00:00' },
        { name: 'holidays', timeZone: 'Europe/Berlin', from: '2026-12-24T12:00', to: '2027-01-02T08:00' },
      ],
    },
    { name: 'prod', environments: ['a', 'b'], canary: true },
  ],
};

/** What a reader makes of a text: what a workflow would be sent, or a refusal; anything else is a bug. */
interface Reader {
  readonly what: string;
  readonly read: (text: string) => object;
  /** What the client puts to it. */
  readonly id: object;
  /** Why a workflow would not take it. */
  readonly whyNot: (given: unknown) => string | null;
  readonly mutations: fc.Arbitrary<string>;
}

const READERS: readonly Reader[] = [
  {
    what: 'release.yaml',
    read: (text) => parseRelease(text, 'file.yaml'),
    id: { releaseId: 'l1' },
    whyNot: whyNoRelease,
    mutations: mutationsOf(RELEASE, /^(DB_PASSWORD|team|image|name)$/, SECRET),
  },
  {
    what: 'pipeline.yaml',
    read: (text) => parsePipeline(text, 'file.yaml', NOW),
    id: { pipelineId: 'p1' },
    whyNot: whyNoPipeline,
    mutations: mutationsOf(PIPELINE, /^(0|name|timeZone|from)$/, SECRET),
  },
];

function judge({ read, id, whyNot }: Reader, text: string): 'read' | 'refused' {
  let input: object;
  try {
    input = read(text);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const { code, text: words } = printed(error);
    expect(code).toBe(2);
    expect(uncleanIn(words.slice(0, 5000))).toEqual([]);
    expect(words.length).toBeLessThan(60_000);
    expect(words).toMatch(/^drover: file\.yaml(:\d+:\d+)?: \S/);
    // A mutation may have cut off what shows that it is a secret.
    if (text.includes(SECRET)) expect(words).not.toContain(CANARY);
    return 'refused';
  }
  const request: unknown = { ...REQUEST, ...id, ...input };
  expect(JSON.parse(JSON.stringify(request))).toEqual(request);
  expect(whyNot(request)).toBeNull();
  return 'read';
}

describe.each(READERS)('any $what', (reader) => {
  test(
    'is read as something that a workflow takes, or refused in clean words with its line; a secret is not repeated',
    () => {
      const count = { read: 0, refused: 0 };
      fc.assert(
        fc.property(reader.mutations, (text) => {
          count[judge(reader, text)] += 1;
        }),
        runs(1500),
      );
      expect(count.refused).toBeGreaterThan(200);
      expect(count.read).toBeGreaterThan(50);
    },
    LIMIT_MILLIS,
  );

  test.each(Object.entries(BOMBS))('%s is refused at once', (_, content) => {
    const begun = performance.now();
    expect(judge(reader, typeof content === 'string' ? content : Buffer.from(content).toString('utf8'))).toBe(
      'refused',
    );
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
