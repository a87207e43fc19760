import { connectionSettings } from '../../../client/temporal/connection-settings';
import { deploymentLink, webUrlFor } from '../../../client/temporal/web-link';
import { queryOf } from '../../../client/temporal/list-query';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('the link to Temporal Web', () => {
  test.each([
    [undefined, '127.0.0.1:7233', 'http://127.0.0.1:8233'],
    [undefined, 'localhost:17233', 'http://localhost:18233'],
    [undefined, '[::1]:7233', 'http://[::1]:8233'],
    [undefined, 'temporal.example.com:7233', undefined],
    ['', '127.0.0.1:7233', 'http://127.0.0.1:8233'],
    ['https://temporal.example.com/', '127.0.0.1:7233', 'https://temporal.example.com'],
  ])('base %s at %s is %s', (configured, address, expected) => {
    expect(webUrlFor(configured, address)).toBe(expected);
  });

  it('encodes the slashes of a workflow id', () => {
    expect(deploymentLink('http://127.0.0.1:8233', 'default', 'deploy/prod/s/web', 'run 1')).toBe(
      'http://127.0.0.1:8233/namespaces/default/workflows/deploy%2Fprod%2Fs%2Fweb/run%201',
    );
  });

  it('is not made up where the base is not known', () => {
    expect(deploymentLink(undefined, 'default', 'deploy/prod/s/web', 'r')).toBeNull();
  });
});

describe('where Temporal is', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'drover-settings-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (text: string): string => {
    const path = join(folder, 'drover.yaml');
    writeFileSync(path, text);
    return path;
  };
  const YAML = 'temporal:\n  address: yaml.example.com:7233\n  namespace: yaml\n  webUrl: https://web.example.com\n';

  it('the environment wins over drover.yaml, whose Web UI belongs to its own server', () => {
    const env = { HOME: folder, TEMPORAL_ADDRESS: 'env.example.com:7233' };
    expect(connectionSettings({ env, configFile: file(YAML) })).toMatchObject({
      address: 'env.example.com:7233',
      namespace: 'yaml',
      from: 'TEMPORAL_ADDRESS',
      webUrl: undefined,
    });
  });

  it('drover.yaml is named by its path', () => {
    const path = file(YAML);
    expect(connectionSettings({ env: { HOME: folder }, configFile: path })).toMatchObject({
      address: 'yaml.example.com:7233',
      from: `"temporal.address" in ${path}`,
      webUrl: 'https://web.example.com',
    });
  });

  it('is a profile of temporal.toml where there is one', () => {
    const toml = join(folder, 'temporal.toml');
    writeFileSync(toml, '[profile.qa]\naddress = "toml.example.com:7233"\nnamespace = "qa"\n');
    const env = { HOME: folder, TEMPORAL_CONFIG_FILE: toml, TEMPORAL_PROFILE: 'qa' };
    expect(connectionSettings({ env, configFile: file('') })).toMatchObject({
      address: 'toml.example.com:7233',
      namespace: 'qa',
      from: `${toml}, profile qa`,
    });
  });

  it('is this machine where nobody says anything', () => {
    expect(connectionSettings({ env: { HOME: folder }, configFile: file('environments: {}\n') })).toMatchObject({
      address: '127.0.0.1:7233',
      namespace: 'default',
      from: expect.stringContaining('the default') as string,
    });
  });

  it('passes TLS and an API key on, and keeps them out of what is shown', () => {
    const settings = connectionSettings({
      env: { HOME: folder, TEMPORAL_ADDRESS: 'cloud:7233', TEMPORAL_API_KEY: 'canary' },
      configFile: file(''),
    });
    expect(settings.options).toMatchObject({ apiKey: 'canary', tls: true });
    expect(JSON.stringify({ ...settings, options: null })).not.toContain('canary');
  });
});

describe('the query for a list', () => {
  it('takes all filters, and no quote breaks out of it', () => {
    expect(queryOf({})).toBe("WorkflowType = 'upgradeService'");
    expect(
      queryOf({ environment: "o'brien", stack: 's', service: 'w', verdict: 'held', requestId: 'r', running: true }),
    ).toBe(
      "WorkflowType = 'upgradeService' AND DroverEnvironment = 'o''brien' AND DroverStack = 's' AND DroverService = 'w' AND " +
        "DroverRequest = 'r' AND DroverVerdict = 'held' AND ExecutionStatus = 'Running'",
    );
  });
});
