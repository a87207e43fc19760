import { composeCopy, CREATED_LABEL } from '../../rancher/compose-copy';
import type { CopyChange } from '../../rancher/compose-copy';
import { parseJson, stringifyJson } from '../../rancher/json';
import { serviceSchema } from '../../rancher/resources';
import type { ServiceResource } from '../../rancher/resources';

const CHANGE: CopyChange = { stackId: '1st9', sidekickImages: {}, createdLabel: 'r1' };

/** As Rancher's text is read: numbers keep their own digits. */
const serviceOf = (fields: string, type = 'service'): ServiceResource =>
  serviceSchema.parse(
    parseJson(
      `{"id":"1s2","type":"${type}","name":"web","state":"active","stackId":"1st2","accountId":"1a5","uuid":"u","created":"2026-01-01T00:00:00Z",${fields}}`,
    ),
  );
const written = (service: ServiceResource, change: Partial<CopyChange> = {}): string =>
  stringifyJson(composeCopy(service, { ...CHANGE, ...change }));

test('a configuration goes on digit by digit, unknown fields and odd keys too, but for the image and the label', () => {
  const odd = '"__proto__":{"a":1.10},"future":[9007199254740993,1e400,{"deep":null}],"constructor":"x"';
  const service = serviceOf(
    `"scale":2,"launchConfig":{"imageUuid":"docker:a/b:1",${odd},"labels":{"team":"x","__proto__":"y"}},"secondaryLaunchConfigs":[{"name":"side","imageUuid":"docker:a/s:1",${odd}}]`,
  );
  expect(written(service, { image: 'a/b:2' })).toBe(
    `{"name":"web","scale":2,"launchConfig":{"imageUuid":"docker:a/b:2",${odd},"labels":{"team":"x","__proto__":"y","${CREATED_LABEL}":"r1"}},"secondaryLaunchConfigs":[{"name":"side","imageUuid":"docker:a/s:1",${odd}}],"stackId":"1st9","startOnCreate":false}`,
  );
});

test('what defines a service is copied; what is the source’s own, or not set, is not', () => {
  const service = serviceOf(
    '"scale":3,"description":"d","metadata":{"m":[1.0]},"retainIp":true,"assignServiceIpAddress":false,"selectorLink":"a=b","selectorContainer":null,"vip":"10.0.0.1","externalId":"e","publicEndpoints":[{"port":80}],"startOnCreate":true,"upgrade":{"inServiceStrategy":{}},"currentScale":3,"linkedServices":{"db":"1s3"},"launchConfig":{"imageUuid":"docker:a/b:1"},"secondaryLaunchConfigs":null',
  );
  expect(written(service)).toBe(
    `{"name":"web","description":"d","scale":3,"metadata":{"m":[1.0]},"retainIp":true,"assignServiceIpAddress":false,"selectorLink":"a=b","launchConfig":{"imageUuid":"docker:a/b:1","labels":{"${CREATED_LABEL}":"r1"}},"secondaryLaunchConfigs":[],"stackId":"1st9","startOnCreate":false}`,
  );
});

test('marks of Drover’s that are the source’s own do not travel', () => {
  const labels = '"labels":{"io.drover.deployment":"d1.1","io.drover.created":"r0","keep":"me"}';
  const service = serviceOf(
    `"launchConfig":{"imageUuid":"docker:a/b:1",${labels}},"secondaryLaunchConfigs":[{"name":"side","imageUuid":"docker:a/s:1",${labels}}]`,
  );
  expect(composeCopy(service, CHANGE)).toMatchObject({
    launchConfig: { labels: { keep: 'me', [CREATED_LABEL]: 'r1' } },
    secondaryLaunchConfigs: [{ labels: { keep: 'me' } }],
  });
  expect(written(service)).not.toContain('d1.1');
  expect(written(service)).not.toContain('r0');
});

test('the source is not changed', () => {
  const service = serviceOf('"launchConfig":{"imageUuid":"docker:a/b:1","labels":{"a":"b"}}');
  const before = stringifyJson(service.launchConfig);
  composeCopy(service, { ...CHANGE, image: 'a/b:2' });
  expect(stringifyJson(service.launchConfig)).toBe(before);
});

test.each([
  ['"launchConfig":null', /has no launchConfig with an image/],
  ['"launchConfig":{}', /has no launchConfig with an image/],
  [
    '"launchConfig":{"imageUuid":"docker:a/b:1"},"secondaryLaunchConfigs":[{"name":"side","imageUuid":"docker:a/s:1","networkContainerId":"1i3","secrets":[{}]}]',
    /networkContainerId, secrets in the sidekick "side" name things of its own environment/,
  ],
])('refused: %s', (fields, words) => {
  expect(() => composeCopy(serviceOf(fields), CHANGE)).toThrow(words);
});

test.each(['dnsService', 'externalService', 'loadBalancerService'])('refused: a %s', (type) => {
  const service = serviceOf('"launchConfig":{"imageUuid":"docker:a/b:1"}', type);
  expect(() => composeCopy(service, CHANGE)).toThrow(`is a ${type}: only services with containers of their own`);
});

test('fields that would name things of the environment are no objection while they are empty', () => {
  const empty = '"requestedHostId":null,"dataVolumesFrom":[],"instanceLinks":{},"networkContainerId":""';
  expect(written(serviceOf(`"launchConfig":{"imageUuid":"docker:a/b:1",${empty}}`))).toContain(empty);
});
