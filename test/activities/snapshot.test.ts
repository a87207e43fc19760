import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotOf } from '../../activities/snapshot';
import { isJsonObject, ownValue, parseJson } from '../../rancher/json';
import type { JsonValue } from '../../rancher/json';
import { instanceSchema, serviceSchema } from '../../rancher/resources';

/** What a real Rancher answered, oldest first. */
function recorded(name: string): { path: string; body: JsonValue }[] {
  const file = join(__dirname, '..', 'contract', 'recordings', `${name}.json`);
  const recording = parseJson(readFileSync(file, 'utf8'));
  const steps = isJsonObject(recording) ? ownValue(recording, 'steps') : null;
  return (Array.isArray(steps) ? steps : []).flatMap((exchange) =>
    isJsonObject(exchange)
      ? [{ path: String(ownValue(exchange, 'path')), body: ownValue(exchange, 'responseBody') ?? null }]
      : [],
  );
}

test('containers that somebody restarted are counted as a real Rancher tells them', () => {
  const exchanges = recorded('29-restart');
  const at = exchanges.findLastIndex(({ path }) => path.endsWith('/instances'));
  const list = exchanges[at]?.body ?? null;
  const data = isJsonObject(list) ? ownValue(list, 'data') : [];
  const instances = (Array.isArray(data) ? data : []).map((one) => instanceSchema.parse(one));
  const service = serviceSchema.parse(exchanges[at + 1]?.body);
  const view = {
    request: {
      ...{ requestId: 'r', deploymentId: 'd', environment: 'prod', stack: 's', service: 'w' },
      ...{ sidekicks: {}, variables: {}, labels: {}, redeploy: false, hold: false, overrides: {}, author: { by: 'a' } },
    },
    variables: {},
    digestKey: new Uint8Array(32),
  };
  expect(snapshotOf(service, instances, view).instances).toMatchObject([{ running: 2, restarts: 2 }]);
});

describe('whose a pending upgrade is', () => {
  const config = (name: string | null, version: string, label: string | null): JsonValue => ({
    ...(name === null ? {} : { name }),
    ...{ imageUuid: 'docker:example/web:2', version },
    labels: label === null ? {} : { 'io.drover.deployment': label },
  });
  const pending = (
    labels: { primary: string | null; sidekick?: string | null },
    { state = 'upgraded', touches = ['primary'] }: { state?: string; touches?: readonly string[] } = {},
  ): ReturnType<typeof serviceSchema.parse> =>
    serviceSchema.parse({
      ...{ id: '1s1', type: 'service', name: 'web', state, accountId: '1a5', stackId: '1st1', transitioning: 'no' },
      launchConfig: config(null, 'v2', labels.primary),
      secondaryLaunchConfigs: labels.sidekick === undefined ? [] : [config('log', 'v2', labels.sidekick)],
      upgrade: {
        inServiceStrategy: {
          ...(touches.includes('primary') ? { launchConfig: config(null, 'v2', labels.primary) } : {}),
          secondaryLaunchConfigs: touches.includes('log') ? [config('log', 'v2', labels.sidekick ?? null)] : [],
        },
      },
    });
  const claimedBy = (
    service: ReturnType<typeof pending>,
    view: { installation?: string; leavesAlone?: (label: string) => boolean } = { leavesAlone: () => true },
  ): string | undefined =>
    snapshotOf(service, [], {
      request: { environment: 'prod', stack: 'storefront', sidekicks: {}, labels: {} },
      ...{ variables: {}, digestKey: new Uint8Array(32), installation: 'here' },
      ...view,
    }).claimedBy;

  test.each([
    ['of this installation', { primary: 'd1.1@here' }, undefined],
    ["of another installation's", { primary: 'd1.1@there' }, 'd1.1@there'],
    ['of one that it does not name', { primary: 'd1.1' }, 'd1.1'],
    ['without a label', { primary: null }, undefined],
  ])('one %s', (_, labels, expected) => {
    expect(claimedBy(pending(labels))).toBe(expected);
    expect(claimedBy(pending(labels, { state: 'active' }))).toBeUndefined();
    expect(claimedBy(pending(labels, { state: 'canceled-upgrade' }))).toBe(expected);
  });

  test('what the upgrade did not touch says nothing; where nobody can tell what it touched, all of it does', () => {
    const labels = { primary: 'd2.1@here', sidekick: 'd1.1@there' };
    expect(claimedBy(pending(labels))).toBeUndefined();
    expect(claimedBy(pending(labels, { touches: ['primary', 'log'] }))).toBe('d1.1@there');
    expect(claimedBy(pending(labels, { touches: [] }))).toBe('d1.1@there');
  });

  test('a worker that leaves none alone claims nothing, and one that was told to take it over neither', () => {
    const service = pending({ primary: 'd1.1@there' });
    expect(claimedBy(service, {})).toBeUndefined();
    expect(claimedBy(service, { leavesAlone: (label) => label !== 'd1.1@there' })).toBeUndefined();
  });
});
