import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRequest } from '../../../../client/input/build-request';
import { parseRelease, readReleaseFile } from '../../../../client/input/release/release-file';
import type { ReleaseInput } from '../../../../client/input/release/release-input';
import { problemsOf } from '../problems-of';
import { BAD_RELEASES } from './bad-releases';

const parse = (source: string, environment?: string): ReleaseInput => parseRelease(source, 'release.yaml', environment);

const FULL = `
name: storefront 2.4.1
environment: qa
onFailure: stop
parallelism: 2
whenBusy: queue
confirm: manual
confirmWithin: 1h30m
gates:
  checkout:
    http:
      url: https://{environment}.shop.example.com/checkout?deep=1
      status: 204
      contains: '"ok"'
      headers: { Authorization: shop-token }
    passes: 3
    every: 2s
    within: 1m
    timeout: 5s
  landing: { environment: demo, http: { url: 'http://landing:8080/' } }
services:
  storefront/web:
    image: example/web:2.4.1
    sidekicks: { logger: example/logger:3 }
    variables: { GREETING: greeting-ref }
    labels: { team: shop }
    dependsOn: [storefront/api, storefront/api]
    environment: demo
    redeploy: true
    wave: 3
    policy: { onPending: wait, batchSize: 2, batchInterval: 3s, startFirst: true, timeout: 2h, soak: 1m }
  storefront/api: example/api:2.4.1
  storefront/logs:
    sidekicks: { shipper: docker:example/shipper:1 }
    dependsOn: storefront/api
`;

describe('a release file', () => {
  test('with everything in it', () => {
    expect(parse(FULL)).toEqual({
      name: 'storefront 2.4.1',
      onFailure: 'stop',
      parallelism: 2,
      whenBusy: 'queue',
      confirm: 'manual',
      confirmWithinMillis: 5_400_000,
      gates: [
        {
          ...{ name: 'checkout', kind: 'http', environment: 'qa', status: 204, contains: '"ok"' },
          url: 'https://{environment}.shop.example.com/checkout?deep=1',
          asks: 'https://qa.shop.example.com/checkout',
          headers: { Authorization: 'shop-token' },
          ...{ passes: 3, everyMillis: 2_000, withinMillis: 60_000, timeoutMillis: 5_000 },
        },
        {
          ...{ name: 'landing', kind: 'http', environment: 'demo', status: 200, headers: {} },
          ...{ url: 'http://landing:8080/', asks: 'http://landing:8080/' },
          ...{ passes: 1, everyMillis: 5_000, withinMillis: 120_000, timeoutMillis: 10_000 },
        },
      ],
      services: [
        {
          environment: 'demo',
          stack: 'storefront',
          service: 'web',
          image: 'example/web:2.4.1',
          sidekicks: { logger: 'example/logger:3' },
          variables: { GREETING: 'greeting-ref' },
          labels: { team: 'shop' },
          redeploy: true,
          overrides: {
            onPending: 'wait',
            batchSize: 2,
            batchIntervalMillis: 3000,
            startFirst: true,
            timeoutMillis: 7_200_000,
            soakMillis: 60_000,
          },
          dependsOn: ['qa/storefront/api'],
          wave: 3,
        },
        {
          environment: 'qa',
          stack: 'storefront',
          service: 'api',
          image: 'example/api:2.4.1',
          sidekicks: {},
          variables: {},
          labels: {},
          redeploy: false,
          overrides: {},
          dependsOn: [],
        },
        {
          environment: 'qa',
          stack: 'storefront',
          service: 'logs',
          sidekicks: { shipper: 'docker:example/shipper:1' },
          variables: {},
          labels: {},
          redeploy: false,
          overrides: {},
          dependsOn: ['qa/storefront/api'],
        },
      ],
    } satisfies ReleaseInput);
  });

  test('with as little as possible', () => {
    expect(parse('environment: qa\nservices: { storefront/web: example/web:2 }\n')).toEqual({
      onFailure: 'rollback-all',
      parallelism: 4,
      whenBusy: 'reject',
      confirm: 'none',
      confirmWithinMillis: 86_400_000,
      gates: [],
      services: [expect.objectContaining({ environment: 'qa', image: 'example/web:2', dependsOn: [] })],
    });
  });

  test('the command line names another environment for those services that do not name their own', () => {
    const environments = (source: string): string[] =>
      parse(source, 'demo').services.map(({ environment }) => environment);
    expect(environments('environment: qa\nservices: { s/a: x:1, s/b: { image: x:1, environment: prod } }')).toEqual([
      'demo',
      'prod',
    ]);
    expect(environments('services: { s/a: x:1 }')).toEqual(['demo']);
  });

  test('each service is one that drover upgrade takes as it is', () => {
    const now = new Date('2026-11-23T19:00:00Z');
    const images = parse(FULL).services.map((service) => buildRequest(service, {}, now).request.image);
    expect(images).toEqual(['example/web:2.4.1', 'example/api:2.4.1', undefined]);
  });

  test('anchors and merges are followed', () => {
    const { services } = parse(`
environment: qa
services:
  s/a: &same { image: x:1, labels: { team: shop } }
  s/b: { <<: *same, image: x:2 }
`);
    expect(services.map(({ image, labels }) => [image, labels])).toEqual([
      ['x:1', { team: 'shop' }],
      ['x:2', { team: 'shop' }],
    ]);
  });
});

describe('a bad release file is refused with its lines, what was expected and what to do:', () => {
  test('the table holds 40 kinds at least, each one different', () => {
    expect(new Set(BAD_RELEASES.map(({ yaml }) => yaml)).size).toBe(BAD_RELEASES.length);
    expect(BAD_RELEASES.length).toBeGreaterThanOrEqual(40);
  });

  test.each(BAD_RELEASES)('$what', ({ yaml, problems }) => {
    const found = problemsOf(() => parse(yaml));
    expect(found.map(({ where, text, fix }) => `${where} | ${text} | ${fix}`)).toEqual(
      problems.map((words): unknown => expect.stringContaining(`release.yaml${words}`)),
    );
    for (const { text, fix } of found) expect([text, fix].filter((words) => words.trim() === '')).toEqual([]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('of very many problems the first are told, and how many are left', () => {
    const lines = Array.from({ length: 70 }, (_, index) => `  s/service-${index}: Web:${index}`);
    const found = problemsOf(() => parse(`environment: qa\nservices:\n${lines.join('\n')}\n`));
    expect(found).toHaveLength(51);
    expect(found[0]?.where).toBe('release.yaml:3:16');
    expect(found.at(-1)?.text).toBe('… and 20 more problems below');
  });

  test('more services than one release may have', () => {
    const lines = Array.from({ length: 201 }, (_, index) => `  s/service-${index}: web:${index}`);
    const found = problemsOf(() => parse(`environment: qa\nservices:\n${lines.join('\n')}\n`));
    expect(found).toEqual([
      {
        where: 'release.yaml:2:1',
        text: 'services: 201 are more than one release may have',
        fix: 'make several releases of at most 200 services',
      },
    ]);
  });

  test('more to merge than fits', () => {
    const long = 'words '.repeat(12_000);
    const found = problemsOf(() =>
      parse(`environment: qa\nservices: { s/web: { image: x:1, labels: { a: "${long}" } } }`),
    );
    expect(found.map(({ where, text }) => `${where} ${text}`)).toEqual([
      'release.yaml:2:13 together they are longer than 65536 characters',
    ]);
  });
});

describe('the file itself', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'drover-release-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const said = (path: string): string => problemsOf(() => readReleaseFile(path))[0]?.text ?? '';

  test('is read where it is', () => {
    const path = join(folder, 'good.yaml');
    writeFileSync(path, FULL);
    expect(readReleaseFile(path)).toEqual(parse(FULL));
  });

  test('that is not there, is a folder, is no text, or too large is refused in words', () => {
    expect(said(join(folder, 'missing.yaml'))).toBe('there is no such file');
    expect(said(folder)).toBe('it is a folder');
    const [binary, large] = [join(folder, 'binary'), join(folder, 'large')];
    writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x00, 0x41]));
    writeFileSync(large, ' '.repeat(1024 * 1024 + 1));
    expect(said(binary)).toBe('it is not UTF-8 text');
    expect(said(large)).toBe('it is larger than such a file can be');
  });
});
