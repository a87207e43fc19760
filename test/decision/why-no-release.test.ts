import type { ReleaseRequest, ReleaseService } from '../../decision/release';
import type { ReleaseGate } from '../../decision/release-gate';
import { whyNoRelease } from '../../decision/why-no-release';

const SERVICE: ReleaseService = {
  environment: 'qa',
  stack: 'storefront',
  service: 'web',
  image: 'example/web:2',
  sidekicks: {},
  variables: {},
  labels: {},
  redeploy: false,
  overrides: {},
  dependsOn: ['qa/storefront/api'],
};
const RELEASE: ReleaseRequest = {
  requestId: 'r1',
  releaseId: 'l1',
  name: 'storefront 2',
  onFailure: 'rollback-all',
  parallelism: 4,
  whenBusy: 'reject',
  confirm: 'none',
  confirmWithinMillis: 1000,
  gates: [],
  services: [SERVICE, { ...SERVICE, service: 'api', dependsOn: [], wave: 1 }],
  author: { by: 'jane@host' },
};

const GATE: ReleaseGate = {
  ...{ name: 'shop', kind: 'http', environment: 'qa', url: 'https://shop/', asks: 'https://shop/', status: 200 },
  ...{ headers: {}, passes: 1, everyMillis: 5_000, withinMillis: 120_000, timeoutMillis: 10_000 },
};

const gate = (change: Record<string, unknown>): Record<string, unknown> => ({ gates: [{ ...GATE, ...change }] });

const service = (change: Record<string, unknown>): Record<string, unknown> => ({
  services: [{ ...SERVICE, dependsOn: [], ...change }],
});

test('a release is one', () => {
  expect(whyNoRelease({ ...RELEASE, gates: [GATE, { ...GATE, name: 'other', contains: 'ok' }] })).toBeNull();
  expect(whyNoRelease(RELEASE)).toBeNull();
  expect(whyNoRelease(JSON.parse(JSON.stringify(RELEASE)))).toBeNull();
});

test.each([undefined, null, 'release', 7, [], [RELEASE]])('%j is none', (given) => {
  expect(whyNoRelease(given)).toBe('the input is no release: an object is expected, as the client of Drover sends it');
});

test.each<[string, Record<string, unknown>, string]>([
  ['no id', { requestId: undefined }, '"requestId" is no text of 1 to 1000 characters'],
  ['an empty id', { releaseId: '' }, '"releaseId" is no text of 1 to 1000 characters'],
  ['nobody who asks', { author: {} }, '"author" is no object with "by", a text'],
  ['a name that is none', { name: 7 }, '"name" is no text'],
  ['an unknown onFailure', { onFailure: 'rollback' }, '"onFailure" is not one of rollback-all, stop, continue'],
  ['an unknown whenBusy', { whenBusy: 'hope' }, '"whenBusy" is not one of reject, queue, supersede, attach'],
  ['an unknown confirm', { confirm: true }, '"confirm" is not one of none, manual'],
  ['no parallelism', { parallelism: 0 }, '"parallelism" is not from 1 to 50'],
  ['no time', { confirmWithinMillis: 1.5 }, '"confirmWithinMillis" is no whole number from 1 on'],
  ['no gates', { gates: undefined }, '"gates" is no list of at most 20'],
  ['a gate that is none', { gates: [null] }, 'in "gates[0]": it is no object'],
  [
    'a program as a gate',
    gate({ kind: 'exec' }),
    'in "gates[0]": "kind" is not http: a release cannot bring a program',
  ],
  [
    'a gate that asks no address',
    gate({ url: 'file:///etc/passwd' }),
    'in "gates[0]": "url" is no address that can be probed',
  ],
  ['a gate without a status', gate({ status: 7 }), 'in "gates[0]": "status" is not from 100 to 599'],
  ['headers of a gate that are none', gate({ headers: { a: 1 } }), 'in "gates[0]": "headers" is no object of names'],
  [
    'a gate that is asked all the time',
    gate({ everyMillis: 0 }),
    'in "gates[0]": "everyMillis" is not from 100 to 3600000',
  ],
  ['more passes than fit', gate({ passes: 100 }), 'in "gates[0]": "passes" take longer than "withinMillis" allows'],
  ['one gate twice', { gates: [GATE, GATE] }, 'two of "gates" have the same name'],
  ['no services', { services: [] }, '"services" is no list of 1 to 200'],
  ['services that are none', { services: { web: SERVICE } }, '"services" is no list of 1 to 200'],
  ['too many services', { services: Array(201).fill(SERVICE) }, '"services" is no list of 1 to 200'],
  ['a service that is none', { services: [null] }, 'in "services[0]": it is no object'],
  ['a service without a stack', service({ stack: 7 }), 'in "services[0]": "stack" is no text of 1 to 1000 characters'],
  ['labels that are none', service({ labels: { a: 1 } }), 'in "services[0]": "labels" is no object of texts'],
  [
    'overrides that are none',
    service({ overrides: { batchSize: -1 } }),
    'in "services[0]": "overrides.batchSize" is no whole number',
  ],
  ['no dependencies', service({ dependsOn: undefined }), 'in "services[0]": "dependsOn" is no list of texts'],
  ['a wave that is none', service({ wave: 0 }), 'in "services[0]": "wave" is no whole number from 1 on'],
  [
    'a dependency that is not there',
    { services: [SERVICE] },
    'qa/storefront/web depends on qa/storefront/api, which is not in this release',
  ],
  [
    'one service twice',
    { services: [1, 2].map(() => ({ ...SERVICE, dependsOn: [] })) },
    'qa/storefront/web is named twice in one release',
  ],
])('with %s it is none', (_what, change, expected) => {
  expect(whyNoRelease({ ...RELEASE, ...change })).toBe(expected);
});
