import { redactedLine } from '../../activities/service-log';
import { hiddenTexts } from '../../activities/snapshot';
import { MOST_SECRETS } from '../../rancher/redact';
import { serviceSchema } from '../../rancher/resources';

const SECRET = 'correct-horse-battery-staple';
const PLACE = { environment: 'production', stack: 'shop', image: 'registry.example.com/shop/storefront:2.4.1' };

const serviceWith = (values: Readonly<Record<string, string>>): ReturnType<typeof serviceSchema.parse> =>
  serviceSchema.parse({
    ...{ id: '1s1', type: 'service', name: 'frontend', state: 'active', accountId: '1a5', stackId: '1st1' },
    transitioning: 'no',
    launchConfig: {
      imageUuid: 'docker:registry.example.com/shop/storefront:2.4.0',
      environment: { ...values, PASSWORD: SECRET },
      labels: values,
    },
    secondaryLaunchConfigs: [{ name: 'logs', imageUuid: 'docker:example/logger', labels: values }],
  });
const told = (values: readonly string[], text: string): string =>
  redactedLine(
    hiddenTexts(serviceWith(Object.fromEntries(values.map((value, at) => [`name${at}`, value]))), {}, PLACE),
  )(text);

test.each([
  ['shop', 'shop-frontend-1 (primary, new): error'],
  ['frontend', 'shop-frontend-1 (primary, new): error'],
  ['shop-frontend', 'shop-frontend-1 (primary, new): error'],
  ['shop/frontend', 'shop/frontend does not start'],
  ['logs', 'shop-frontend-logs-1: error'],
  ['shop-frontend-logs', 'shop-frontend-logs-1: error'],
  ['production', 'no host of production has room'],
  ['storefront', 'manifest for registry.example.com/shop/storefront:2.4.1 not found'],
  ['2.4.1', 'manifest for registry.example.com/shop/storefront:2.4.1 not found'],
  ['2.4.0', 'registry.example.com/shop/storefront:2.4.0 goes on running'],
  ['registry.example.com/shop/storefront', 'pulling registry.example.com/shop/storefront:2.4.1'],
  ['docker:example/logger', 'docker:example/logger is there'],
])('a label and a variable of the value %s blank no name', (value, text) => {
  expect(told([value], text)).toBe(text);
  expect(told([value], `${text}; the password is ${SECRET}`)).toBe(`${text}; the password is [redacted]`);
});

test('what is not exactly such a name stays hidden, also where it holds one', () => {
  expect(told(['shopkeeper', 'team', 'shop:hunter2'], 'shopkeeper of the team says shop:hunter2')).toBe(
    '[redacted] of the [redacted] says [redacted]',
  );
});

test('of more values than can be looked for nothing is shown, names among them or not', () => {
  const values = Array.from({ length: MOST_SECRETS }, (_, at) => `value number ${at}`);
  expect(told(['shop', 'frontend', ...values], 'shop-frontend-1: error')).toBe('[redacted]');
});
