import { parse } from 'yaml';
import { aliasesFor, configurationText, placeFrom } from '../../client/init/configuration-text';
import { whyBadAlias } from '../../worker/config/schema';

test('aliases are short, each once, and drover.yaml takes them', () => {
  const names = ['Production', 'QA 1', 'QA-1', '', 'Übung / Test', '生产', '-x-', 'a'.repeat(80)];
  const aliases = aliasesFor(names.map((name, at) => ({ id: `1a${String(at)}`, name })));
  expect(aliases.slice(0, 7)).toEqual(['production', 'qa-1', 'qa-1-1a2', '1a3', 'bung-test', '1a5', 'x']);
  expect(aliases.map(whyBadAlias)).toEqual(aliases.map(() => undefined));
  expect(new Set(aliases).size).toBe(names.length);
});

test('names from elsewhere stay what they are, and nothing else of the file', () => {
  const project = 'a": {b}\n#\u0007 \\ ünï';
  const text = configurationText({
    url: 'https://rancher.example.com',
    ca: '/etc/ca.pem',
    accessKey: { env: 'A' },
    secretKey: { file: '/run/secrets/s' },
    temporal: { address: 'temporal:7233', namespace: 'default' },
    environments: [{ alias: 'prod', project, services: ['x/y', 'evil\n  accessKey: z/z'] }],
  });
  expect(parse(text)).toEqual({
    temporal: { address: 'temporal:7233', namespace: 'default' },
    rancher: {
      url: 'https://rancher.example.com',
      accessKey: { env: 'A' },
      secretKey: { file: '/run/secrets/s' },
      ca: '/etc/ca.pem',
    },
    environments: { prod: { project } },
  });
});

test('a key that is typed where its place is asked for is no place', () => {
  const key = 'PASTEDsecretAbC123xyz';
  expect(placeFrom('RANCHER_SECRET_KEY', [key])).toEqual({ env: 'RANCHER_SECRET_KEY' });
  expect(placeFrom('_X9', [key])).toEqual({ env: '_X9' });
  expect(placeFrom('/run/secrets/rancher', [key])).toEqual({ file: '/run/secrets/rancher' });
  expect(placeFrom('./secret-key', [key])).toEqual({ file: './secret-key' });
  for (const answer of [
    key,
    key.toUpperCase(),
    key.toLowerCase(),
    `./${key}`,
    'anotherSecret1',
    '9ABC',
    'with space',
    'bare-name',
  ])
    expect(placeFrom(answer, [key])).toBeUndefined();
  expect(placeFrom('RANCHER_ACCESS_KEY', ['KEY'])).toEqual({ env: 'RANCHER_ACCESS_KEY' });
});
