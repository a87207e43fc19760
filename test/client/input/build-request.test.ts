import { InvalidInputError } from '../../../client/errors/invalid-input-error';
import { askedConfigs } from '../../../decision/request';
import { PRIMARY } from '../../../decision/service-snapshot';
import { buildRequest } from '../../../client/input/build-request';
import { differencesOf, requestDigestOf } from '../../../client/input/request-digest';
import type { UpgradeInput } from '../../../client/input/upgrade-input';

const NOW = new Date('2026-11-23T19:00:00Z');
const GOOD: UpgradeInput = { environment: 'prod', stack: 'storefront', service: 'web', image: 'example/web:2' };
const CI = { GITLAB_CI: 'true', CI_PROJECT_PATH: 'sf', CI_PIPELINE_ID: '9', CI_JOB_ID: '1' };

function problemsOf(input: UpgradeInput): string {
  try {
    buildRequest(input, {}, NOW);
  } catch (error) {
    if (error instanceof InvalidInputError)
      return error.problems.map(({ where, text, fix }) => `${where}|${text}|${fix}`).join('\n');
    throw error;
  }
  return '';
}

describe('a request', () => {
  it('is complete, with defaults that ask for nothing', () => {
    const { request, idFrom, warnings } = buildRequest(
      { ...GOOD, requestId: 'r1', author: { by: 'jane@host' } },
      {},
      NOW,
    );
    expect(request).toEqual({
      version: 1,
      requestId: 'r1',
      deploymentId: expect.stringMatching(/^d[0-9a-f]{12}$/) as string,
      environment: 'prod',
      stack: 'storefront',
      service: 'web',
      image: 'example/web:2',
      sidekicks: {},
      variables: {},
      labels: {},
      redeploy: false,
      hold: false,
      overrides: {},
      author: { by: 'jane@host' },
    });
    expect(idFrom).toBe('given');
    expect(warnings).toEqual([]);
  });

  it('takes its id and its author from the CI build', () => {
    const { request, idFrom } = buildRequest(GOOD, CI, NOW);
    expect(idFrom).toBe('build');
    expect(request.requestId).toBe('gitlab/sf/9/1/prod/storefront/web');
    expect(request.author.by).toBe('gitlab sf#9');
  });

  it('says who asks where there is no build: user and host', () => {
    const { request, idFrom } = buildRequest(GOOD, {}, NOW);
    expect(idFrom).toBe('new');
    expect(request.author.by).toMatch(/^[^@]+@.+$/);
  });

  it('keeps terminal escapes and line breaks out of what people read', () => {
    const { request } = buildRequest({ ...GOOD, author: { by: 'jane\u001b[31m\n', why: 'a\r\nb' } }, {}, NOW);
    expect(request.author).toEqual({ by: 'jane [31m', why: 'a b' });
  });

  it('may change sidekicks only', () => {
    const { environment, stack, service } = GOOD;
    const { request } = buildRequest(
      { environment, stack, service, sidekicks: { logger: 'example/logger:3' } },
      {},
      NOW,
    );
    expect(request.image).toBeUndefined();
    expect(request.sidekicks).toEqual({ logger: 'example/logger:3' });
  });

  test.each<readonly [string, Partial<UpgradeInput>, RegExp]>([
    ['an empty environment', { environment: '' }, /^ENVIRONMENT\|.*empty/],
    ['an environment with a slash', { environment: 'a/b' }, /cannot be the name of an environment/],
    ['a stack with a space', { stack: 'my stack' }, /cannot be the name of a stack/],
    ['a service with a quote', { service: "we'b" }, /cannot be the name of a service/],
    ['a service that is too long', { service: 'x'.repeat(65) }, /65 characters/],
    ['a bad image', { image: 'Web:2' }, /^--image\|.*capital/],
    ['a bad image of a sidekick', { sidekicks: { logger: 'x:' } }, /^--sidekick logger\|.*empty/],
    ['a sidekick without a name', { sidekicks: { '': 'x:1' } }, /sidekick is empty/],
    ['a variable that is none', { variables: { '1A': 'ref' } }, /cannot be the name of an environment variable/],
    ['a label of ours', { labels: { 'io.drover.deployment': 'x' } }, /Drover's own/],
    ['a label of Rancher', { labels: { 'io.rancher.service.name': 'x' } }, /written by Rancher/],
    ['a label with a line break', { labels: { a: 'b\nc' } }, /control characters/],
    ['a label without a name', { labels: { '': 'x' } }, /cannot be the name of a label/],
    ['a bad request id', { requestId: 'has space' }, /^--request-id/],
    ['a request id that is too long', { requestId: 'x'.repeat(201) }, /^--request-id/],
    ['no batch', { overrides: { batchSize: 0 } }, /^--batch-size/],
    ['half a batch', { overrides: { batchSize: 1.5 } }, /^--batch-size/],
    ['an interval that Rancher does not take', { overrides: { batchIntervalMillis: 99 } }, /^--batch-interval/],
    ['no time', { overrides: { timeoutMillis: 0 } }, /^--timeout/],
    ['a negative soak', { overrides: { soakMillis: -1 } }, /^--soak/],
  ])('is refused with %s', (_case, change, words) => {
    expect(problemsOf({ ...GOOD, ...change })).toMatch(words);
  });

  it('is refused where nothing is to be deployed', () => {
    const { environment, stack, service } = GOOD;
    expect(problemsOf({ environment, stack, service })).toMatch(/^--image\|nothing to deploy/);
  });

  it('needs no image where the one that is there is deployed once more', () => {
    const { environment, stack, service } = GOOD;
    const { request } = buildRequest({ environment, stack, service, redeploy: true }, {}, new Date());
    expect('image' in request).toBe(false);
    expect(askedConfigs(request)).toEqual([PRIMARY]);
  });

  it('tells all problems at once', () => {
    expect(problemsOf({ ...GOOD, image: 'Web', stack: '', overrides: { batchSize: 0 } }).split('\n')).toHaveLength(3);
  });

  test.each([
    'pa$$word',
    'two words',
    'ghp_0123456789abcdefghijABCDEFGHIJ012345',
    'AKIAIOSFODNN7EXAMPLE',
    'd41d8cd98f00b204e9800998ecf8427e',
    'Zk3vQ9xLm2Pq8RtY5wAbCd',
    'postgres://user:pw@db/shop',
    '',
  ])('refuses a variable with the value %j in clear, and does not repeat it', (value) => {
    const text = problemsOf({ ...GOOD, variables: { DB_PASSWORD: value } });
    expect(text).toMatch(/^--variable DB_PASSWORD\|it looks like a value/);
    expect(text).toContain('--variable DB_PASSWORD=db_password');
    if (value !== '') expect(text).not.toContain(value);
  });

  test.each(['shop-db', 'db.password', 'SHOP_DB_PASSWORD', 'v2', 'payment-service-database-password'])(
    'takes a variable by the reference %s',
    (reference) => {
      expect(problemsOf({ ...GOOD, variables: { DB_PASSWORD: reference } })).toBe('');
    },
  );
});

describe('the digest of a request', () => {
  const request = (input: Partial<UpgradeInput>, env: Record<string, string> = {}) =>
    buildRequest({ ...GOOD, ...input }, env, NOW).request;

  it('does not depend on who asks, why, under which id, or on the order of keys', () => {
    const one = request({ labels: { a: '1', b: '2' }, overrides: { batchSize: 2, startFirst: true }, requestId: 'r1' });
    const two = request({
      labels: { b: '2', a: '1' },
      overrides: { startFirst: true, batchSize: 2 },
      requestId: 'r2',
      author: { by: 'joe', why: 'because' },
    });
    expect(requestDigestOf(two)).toBe(requestDigestOf(one));
    expect(differencesOf(one, two)).toEqual([]);
  });

  it('takes the prefix docker: for what it is', () => {
    expect(requestDigestOf(request({ image: 'docker:example/web:2' }))).toBe(requestDigestOf(request({})));
  });

  test.each<readonly [string, Partial<UpgradeInput>, string[]]>([
    ['the image', { image: 'example/web:3' }, ['image']],
    ['a sidekick', { sidekicks: { logger: 'example/logger:3' } }, ['sidekicks']],
    ['a variable', { variables: { A: 'b' } }, ['variables']],
    ['a label', { labels: { a: 'b' } }, ['labels']],
    ['redeploy', { redeploy: true }, ['redeploy']],
    ['hold', { hold: true }, ['hold']],
    ['two options', { overrides: { batchSize: 3, onPending: 'wait' } }, ['batchSize', 'onPending']],
    ['the service', { service: 'api' }, ['service']],
  ])('differs with %s, by name', (_case, change, names) => {
    const [one, two] = [request({}), request(change)];
    expect(requestDigestOf(two)).not.toBe(requestDigestOf(one));
    expect(differencesOf(one, two)).toEqual(names);
  });
});
