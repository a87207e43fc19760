import * as fc from 'fast-check';
import { InvalidChangeError } from '../../rancher/errors/invalid-change-error';
import { parseJson, stringifyJson } from '../../rancher/json';
import { composeUpgrade, DEPLOYMENT_LABEL } from '../../rancher/launch-config';
import type { UpgradeChange } from '../../rancher/launch-config';
import { serviceSchema } from '../../rancher/resources';
import type { ServiceResource } from '../../rancher/resources';
import { key, list, object, plain, read, render, text, tree } from './json-tree';
import type { Tree } from './json-tree';

const STRATEGY = { batchSize: 1, intervalMillis: 2000, startFirst: false };
const NO_CHANGE: UpgradeChange = { sidekickImages: {}, variables: {}, labels: {}, strategy: STRATEGY };

function serviceOf(fields: Record<string, unknown>): ServiceResource {
  const base = { id: '1s2', type: 'service', name: 'web', state: 'active', stackId: '1st2', accountId: '1a5' };
  return serviceSchema.parse(parseJson(JSON.stringify({ ...base, ...fields })));
}

function posted(service: ServiceResource, change: Partial<UpgradeChange>): unknown {
  return JSON.parse(stringifyJson(composeUpgrade(service, { ...NO_CHANGE, ...change })));
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}

/** What the model expects: the entries of an object with some of them set. */
function withEntries(value: Tree | undefined, entries: Iterable<readonly [string, Tree]>): Tree {
  return object([...(value?.kind === 'object' ? value.entries : []), ...entries]);
}

const texts = (map: Readonly<Record<string, string>>): [string, Tree][] =>
  Object.entries(map).map(([k, v]) => [k, plain(v)]);
const entryOf = (value: Tree, name: string): Tree | undefined =>
  value.kind === 'object' ? value.entries.get(name) : undefined;

const stringMap = fc.array(fc.tuple(key, fc.oneof(text.map(plain), tree)), { maxLength: 5 }).map(object);
const maybeMap = fc.oneof(stringMap, fc.constantFrom(plain(null), object([]), undefined));
const configOf = (name: string | undefined, image: string): fc.Arbitrary<Tree> =>
  fc
    .record({ unknown: fc.array(fc.tuple(key, tree), { maxLength: 6 }), environment: maybeMap, labels: maybeMap })
    .map((parts) =>
      object([
        ...parts.unknown,
        ['imageUuid', plain(`docker:${image}`)],
        ...(name === undefined ? [] : [['name', plain(name)] as const]),
        ...(parts.environment === undefined ? [] : [['environment', parts.environment] as const]),
        ...(parts.labels === undefined ? [] : [['labels', parts.labels] as const]),
        ['version', plain('0')],
      ]),
    );
const additions = fc.dictionary(key, text, { maxKeys: 3 });
const situation = fc.record({
  primary: configOf(undefined, 'registry.example:5000/team/app:1'),
  logger: configOf('logger', 'example/log:1'),
  config: configOf('config', 'example/conf:1'),
  others: fc.array(fc.tuple(key, tree), { maxLength: 4 }),
  image: fc.constantFrom(undefined, 'registry.example:5000/team/app:2', 'registry.example:5000/team/app:1'),
  sidekickImages: fc
    .subarray(['logger', 'config'])
    .map((names) => Object.fromEntries(names.map((name) => [name, `example/${name}:2`]))),
  variables: additions,
  labels: additions,
  deploymentLabel: fc.constantFrom(undefined, 'd-1.1'),
});

describe('the body of an upgrade', () => {
  it('equals what was read except for what was asked and our label (1,000 generated services)', () => {
    let services = 0;
    fc.assert(
      fc.property(situation, ({ primary, logger, config, others, ...asked }) => {
        const sidekicks = { logger, config };
        const body = withEntries(object(others), [
          ...(['id', 'name', 'state', 'stackId', 'accountId'] as const).map((field) => [field, plain(field)] as const),
          ['retainIp', plain(null)],
          ['launchConfig', primary],
          ['secondaryLaunchConfigs', list([logger, config])],
        ]);
        const service = serviceSchema.parse(parseJson(render(body)));
        freeze(service);
        const actual = stringifyJson(composeUpgrade(service, { ...asked, strategy: STRATEGY }));

        const ours = texts(asked.deploymentLabel === undefined ? {} : { [DEPLOYMENT_LABEL]: asked.deploymentLabel });
        const expectConfig = (
          was: Tree,
          image: string | undefined,
          variables: [string, Tree][],
          labels: [string, Tree][],
        ): Tree =>
          withEntries(was, [
            ...(image === undefined ? [] : [['imageUuid', plain(`docker:${image}`)] as const]),
            ...(variables.length === 0
              ? []
              : [['environment', withEntries(entryOf(was, 'environment'), variables)] as const]),
            ...(labels.length === 0 ? [] : [['labels', withEntries(entryOf(was, 'labels'), labels)] as const]),
          ]);
        const differs = (field: string, entries: [string, Tree][]): boolean =>
          entries.some(([name, value]) => {
            const before = entryOf(entryOf(primary, field) ?? plain(null), name);
            return before === undefined || render(before) !== render(value);
          });
        const named = Object.keys(asked.sidekickImages);
        const primaryChanges =
          asked.image?.endsWith(':2') === true ||
          differs('environment', texts(asked.variables)) ||
          differs('labels', texts(asked.labels));
        const postsPrimary = primaryChanges || named.length === 0;
        const secondary = (['logger', 'config'] as const)
          .filter((name) => named.includes(name))
          .map((name) => expectConfig(sidekicks[name], `example/${name}:2`, [], ours));
        const expected = object([
          ['batchSize', { kind: 'number', text: '1' }],
          ['intervalMillis', { kind: 'number', text: '2000' }],
          ['startFirst', plain(false)],
          ...(postsPrimary
            ? [
                [
                  'launchConfig',
                  expectConfig(primary, asked.image, texts(asked.variables), [...texts(asked.labels), ...ours]),
                ] as const,
              ]
            : []),
          ...(secondary.length === 0 ? [] : [['secondaryLaunchConfigs', list(secondary)] as const]),
        ]);
        expect(render(read(actual), true)).toBe(render(object([['inServiceStrategy', expected]]), true));
        services += 1;
      }),
      { numRuns: 1000 },
    );
    expect(services).toBeGreaterThanOrEqual(1000);
  });

  const launchConfig = { imageUuid: 'docker:app:1', environment: { A: '1' }, labels: null, memory: 5 };
  const sidekicks = [
    { name: 'logger', imageUuid: 'docker:log:1', labels: { keep: 'me' } },
    { name: 'config', imageUuid: 'docker:conf:1' },
  ];

  it('posts the primary alone when its image changes, with our label in it', () => {
    const service = serviceOf({ launchConfig, secondaryLaunchConfigs: sidekicks });
    expect(posted(service, { image: 'app:2', deploymentLabel: 'd1.1' })).toEqual({
      inServiceStrategy: {
        ...STRATEGY,
        launchConfig: { ...launchConfig, imageUuid: 'docker:app:2', labels: { 'io.drover.deployment': 'd1.1' } },
      },
    });
  });

  it('posts a sidekick alone when only its image changes', () => {
    const service = serviceOf({ launchConfig, secondaryLaunchConfigs: sidekicks });
    expect(posted(service, { image: 'app:1', sidekickImages: { logger: 'log:2' }, deploymentLabel: 'd1.1' })).toEqual({
      inServiceStrategy: {
        ...STRATEGY,
        secondaryLaunchConfigs: [
          { name: 'logger', imageUuid: 'docker:log:2', labels: { keep: 'me', 'io.drover.deployment': 'd1.1' } },
        ],
      },
    });
  });

  it('leaves null maps null where nothing is merged', () => {
    const service = serviceOf({ launchConfig: { ...launchConfig, environment: null } });
    expect(posted(service, { image: 'app:2' })).toEqual({
      inServiceStrategy: {
        ...STRATEGY,
        launchConfig: { ...launchConfig, environment: null, imageUuid: 'docker:app:2' },
      },
    });
  });

  it('posts the primary again for a redeploy of the same image', () => {
    const service = serviceOf({ launchConfig, secondaryLaunchConfigs: sidekicks });
    const same = { inServiceStrategy: { ...STRATEGY, launchConfig } };
    expect(posted(service, { image: 'docker:app:1' })).toEqual(same);
    expect(posted(service, {})).toEqual(same);
  });

  it('posts all that is named when a redeploy is asked for', () => {
    const service = serviceOf({ launchConfig, secondaryLaunchConfigs: sidekicks });
    expect(posted(service, { image: 'app:1', sidekickImages: { logger: 'log:2' }, redeploy: true })).toMatchObject({
      inServiceStrategy: { launchConfig, secondaryLaunchConfigs: [{ imageUuid: 'docker:log:2' }] },
    });
    expect(posted(service, { sidekickImages: { logger: 'log:1' } })).toEqual({
      inServiceStrategy: { ...STRATEGY, secondaryLaunchConfigs: [sidekicks[0]] },
    });
  });

  it('refuses an unknown sidekick, naming those that exist', () => {
    const service = serviceOf({ launchConfig, secondaryLaunchConfigs: sidekicks });
    expect(() => posted(service, { sidekickImages: { Logger: 'log:2' } })).toThrow(
      'The service "web" has no sidekick "Logger": it has "logger", "config". Did you mean "logger"?',
    );
    expect(() => posted(serviceOf({ launchConfig }), { sidekickImages: { x: 'log:2' } })).toThrow('it has none');
  });

  it.each([
    ['no configuration', { launchConfig: null }, { image: 'app:2' }, 'launchConfig'],
    ['an empty configuration', { launchConfig: {} }, { image: 'app:2', variables: { A: '1' } }, 'launchConfig'],
    ['a null image', { launchConfig: { ...launchConfig, imageUuid: null } }, { variables: { A: '2' } }, 'imageUuid'],
    ['a bare docker:', { launchConfig: { ...launchConfig, imageUuid: 'docker:' } }, {}, 'imageUuid'],
    ['docker: as the new image', { launchConfig }, { image: 'docker:' }, 'imageUuid'],
    ['rancher/none', { launchConfig }, { image: 'rancher/none' }, 'imageUuid'],
    [
      'an environment that is a list',
      { launchConfig: { ...launchConfig, environment: ['A=1'] } },
      { variables: { B: '2' } },
      'environment',
    ],
    [
      'start-first with retainIp',
      { launchConfig, retainIp: true },
      { strategy: { ...STRATEGY, startFirst: true } },
      'startFirst',
    ],
    ['a batch of none', { launchConfig }, { strategy: { ...STRATEGY, batchSize: 0 } }, 'batchSize'],
    ['half a batch', { launchConfig }, { strategy: { ...STRATEGY, batchSize: 1.5 } }, 'batchSize'],
    ['too short an interval', { launchConfig }, { strategy: { ...STRATEGY, intervalMillis: 99 } }, 'intervalMillis'],
  ])('never lets %s out', (_, fields, change, fieldName) => {
    const attempt = (): unknown => posted(serviceOf(fields), change);
    expect(attempt).toThrow(InvalidChangeError);
    expect(attempt).toThrow(expect.objectContaining({ outcome: 'invalid', request: undefined, fieldName }) as Error);
  });

  it('posts the labels of a service without containers, and refuses an image for it', () => {
    const service = serviceOf({ type: 'dnsService', launchConfig: { labels: { a: 'b' } } });
    expect(posted(service, { labels: { a: 'c' } })).toEqual({
      inServiceStrategy: { ...STRATEGY, launchConfig: { labels: { a: 'c' } } },
    });
    expect(() => posted(service, { image: 'app:2' })).toThrow(/has no containers, and so no image/);
    expect(() => posted(serviceOf({ launchConfig: { labels: { a: 'b' } } }), { labels: { a: 'c' } })).toThrow(
      /has no image/,
    );
  });

  it('never shows the value of a variable in an error', () => {
    const service = serviceOf({ launchConfig: { ...launchConfig, environment: ['PASSWORD=canary-value'] } });
    expect(() => posted(service, { variables: { TOKEN: 'canary-token' } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') as string }) as Error,
    );
  });
});
