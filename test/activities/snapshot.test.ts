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
