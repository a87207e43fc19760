import { configuredValues, withParts } from '../../rancher/configured-values';

test('what may be secret is found at any depth, in the former configuration too; names and addresses are left alone', () => {
  const service = {
    name: 'web',
    metadata: { owner: { token: 'of the metadata' } },
    launchConfig: {
      imageUuid: 'docker:example/web:1',
      environment: { PASSWORD: 'of the environment' },
      labels: { team: 'of a label', 'io.rancher.scheduler.global': 'true', 'io.drover.deployment': 'd1.1' },
      userdata: 'of the userdata',
      logConfig: { driver: 'splunk', config: { 'splunk-token': 'of the log driver' } },
      command: ['serve', '--port', '8080', '--password', 'of an option', '--db-password=of an assignment'],
      healthCheck: { requestLine: 'GET /health HTTP/1.0\r\nAuthorization: of a header', port: 8080 },
    },
    upgrade: { inServiceStrategy: { previousLaunchConfig: { environment: { PASSWORD: 'of the former' } } } },
  };
  expect(configuredValues(service).filter((text) => text.startsWith('of '))).toEqual([
    'of the metadata',
    'of the environment',
    'of a label',
    'of the userdata',
    'of the log driver',
    'of an option',
    'of an assignment',
    'of a header',
    'of the former',
  ]);
  for (const open of ['web', 'docker:example/web:1', 'true', 'd1.1', 'splunk', 'serve', '8080', 'GET /health HTTP/1.0'])
    expect(configuredValues(service)).not.toContain(open);
});

test.each([
  ['JSON', '{"auths":{"r":{"auth":"c2VjcmV0"}}}', 'c2VjcmV0'],
  ['pairs', 'Server=db;Password=correct horse;', 'correct'],
  ['a URL', 'postgres://app:correct-horse@db/app', 'correct-horse'],
  ['lines', '#cloud-config\npassword: correct horse\n', 'correct horse'],
  ['an assignment in quotes', "export TOKEN='abcdef'", 'abcdef'],
])('a value is hidden with its parts: %s', (_, value, part) => {
  expect(withParts(value)).toEqual(expect.arrayContaining([value, part]));
});

test('short parts are words, and are shown; the value itself is hidden all the same', () => {
  expect(withParts('a=yes')).toEqual(['a=yes']);
});
