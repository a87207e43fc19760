import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTemporalProfile } from '../../connection/temporal-profile';

const CANARY = 'canary-of-an-api-key';
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-profile-'));
  file = join(folder, 'temporal.toml');
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(
  toml: string | null,
  variables: Readonly<Record<string, string>> = {},
): ReturnType<typeof readTemporalProfile> {
  if (toml !== null) writeFileSync(file, toml);
  return readTemporalProfile({ HOME: folder, TEMPORAL_CONFIG_FILE: file, ...variables });
}

test('a profile, and the variables over it: TLS, names, key, headers', () => {
  writeFileSync(join(folder, 'ca.pem'), 'a CA');
  const toml = `
[profile.team]
address = "cloud.example.com:7233"
namespace = "team"
api_key = "${CANARY}"
[profile.team.tls]
server_name = "temporal.internal"
server_ca_cert_path = "${join(folder, 'ca.pem')}"
[profile.team.grpc_meta]
x_team_name = "shop"
`;
  const variables = { TEMPORAL_PROFILE: 'team', TEMPORAL_NAMESPACE: 'other', TEMPORAL_GRPC_META_X_A_B: 'given' };
  expect(read(toml, variables)).toEqual({
    settings: {
      namespace: 'other',
      connectionOptions: {
        address: 'cloud.example.com:7233',
        apiKey: CANARY,
        tls: { serverNameOverride: 'temporal.internal', serverRootCACertificate: new Uint8Array(Buffer.from('a CA')) },
        metadata: { 'x-team-name': 'shop', 'x-a-b': 'given' },
      },
    },
  });
});

test.each<[string, string | null, Readonly<Record<string, string>>, RegExp, RegExp]>([
  ['a named file that is not there', null, {}, /^TEMPORAL_CONFIG_FILE$/, /temporal\.toml does not exist/],
  [
    'no TOML',
    `[profile.default]\napi_key = "${CANARY}\n`,
    {},
    /temporal\.toml, profile default/,
    /temporal\.toml:2:\d+: Invalid TOML/,
  ],
  [
    'a profile that is not there',
    '[profile.team]\n[profile.prod]\n',
    { TEMPORAL_PROFILE: 'tema' },
    /profile tema$/,
    /'tema' not found.*there are team, prod/,
  ],
  ['no profiles at all', 'address = "x:1"\n', {}, /profile default/, /has no section \[profile\.NAME\]/],
  [
    'a certificate that is not there',
    '[profile.default]\n',
    { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere/ca.pem' },
    /profile default/,
    /\/nowhere\/ca\.pem does not exist \(TEMPORAL_TLS_SERVER_CA_CERT_PATH\)/,
  ],
  [
    'one that the profile names',
    '[profile.default.tls]\nserver_ca_cert_path = "/nowhere/ca.pem"\n',
    {},
    /profile default/,
    /does not exist \(named by .*temporal\.toml, profile default\)/,
  ],
  [
    'half of a pair',
    '[profile.default.tls]\nclient_cert_path = "/x.pem"\n',
    {},
    /profile default/,
    /client certificate without its key/,
  ],
  [
    'a path and data of one thing',
    '[profile.default.tls]\nclient_key_path = "/x"\nclient_key_data = "y"\n',
    {},
    /profile default/,
    /both client_key_path and client_key_data/,
  ],
])('%s is told with its place, and nothing of the file', (_, toml, variables, where, text) => {
  const bad = read(toml, variables);
  expect(bad).toEqual({
    where: expect.stringMatching(where),
    text: expect.stringMatching(text),
    fix: expect.any(String),
  });
  expect(JSON.stringify(bad)).not.toContain(CANARY);
});
