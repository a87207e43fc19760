import { InvalidSettingError } from '../../rancher/errors/invalid-setting-error';
import { RancherClient, type RancherClientOptions } from '../../rancher/rancher-client';
import { parseRancherUrl } from '../../rancher/rancher-url';
import type { Configuration, EnvironmentConfiguration } from './configuration';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error';
import { readSmallFile, whyUnread } from '../../credentials/read-small-file';
import { whyBadRancherUrl } from './schema';
import type { SecretSource } from '../../credentials/secret-source';

/** Bundles of all public authorities are a quarter of it. */
const MOST_CA_BYTES = 1024 * 1024;

/** An environment that has all it takes to be served. */
export interface PreparedEnvironment {
  readonly configuration: EnvironmentConfiguration;
  readonly alias: string;
  readonly project: string;
  /** As configured, any shape of `RANCHER_URL`. */
  readonly url: string;
  /** Address of Rancher's UI, without a slash at its end. */
  readonly webUrl: string;
  readonly accessKey: SecretSource;
  readonly secretKey: SecretSource;
  /** PEM text. */
  readonly ca: string | undefined;
}

/**
 * Checks that the environments can be served: the URL, the project, both keys (each is read once), the CA and the variables.
 *
 * @throws ConfigurationError with all that is missing, of all of them.
 */
export function prepareEnvironments(configuration: Configuration, aliases: readonly string[]): PreparedEnvironment[] {
  const problems: ConfigurationProblem[] = [];
  const prepared: PreparedEnvironment[] = [];
  for (const alias of new Set(aliases)) {
    const environment = configuration.environments.get(alias);
    if (environment === undefined) {
      problems.push({ where: undefined, message: configuration.unknownEnvironment(alias) });
      continue;
    }
    const ready = prepare(environment, problems);
    if (ready !== undefined) prepared.push(ready);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return prepared;
}

function prepare(
  environment: EnvironmentConfiguration,
  problems: ConfigurationProblem[],
): PreparedEnvironment | undefined {
  const { alias, project, url, accessKey, secretKey } = environment;
  const complain = (message: string, where = environment.where): void =>
    void problems.push({ where, message: `environment ${alias}: ${message}` });

  const before = problems.length;
  const badUrl = url === undefined ? undefined : whyBadRancherUrl(url.value);
  if (badUrl !== undefined) complain(badUrl, url?.where);
  if (url === undefined) complain("Rancher's address is missing; set rancher.url, or RANCHER_URL");
  if (project === undefined) {
    complain('which environment of Rancher? Set RANCHER_ENVIRONMENT (a name or an id), or write a drover.yaml');
  }
  checkSecret(
    accessKey,
    'the access key',
    'rancher.accessKey, or RANCHER_ACCESS_KEY or RANCHER_ACCESS_KEY_FILE',
    complain,
  );
  checkSecret(
    secretKey,
    'the secret key',
    'rancher.secretKey, or RANCHER_SECRET_KEY or RANCHER_SECRET_KEY_FILE',
    complain,
  );
  for (const [name, source] of environment.variables) checkSecret(source, `variable ${name}`, '', complain);
  for (const { gate, secrets } of environment.gates.values())
    for (const source of secrets) checkSecret(source, `a header of the gate ${gate.name}`, '', complain);
  for (const [name, source] of environment.probes.secrets)
    checkSecret(source, `the secret ${name} for probes`, '', complain);
  for (const { target, secrets } of environment.notifications.values())
    for (const source of secrets) checkSecret(source, `a secret of the notification ${target.name}`, '', complain);
  const ca = environment.ca === undefined ? undefined : readCa(environment.ca, complain);

  if (url === undefined || badUrl !== undefined || project === undefined) return undefined;
  if (accessKey === undefined || secretKey === undefined) return undefined;
  if (problems.length === before) {
    checkClient({ url: url.value, accessKey: accessKey.read(), secretKey: secretKey.read(), ca }, complain);
  }
  const { origin, basePath } = parseRancherUrl(url.value);
  return {
    configuration: environment,
    ...{ alias, project, url: url.value, webUrl: `${origin}${basePath}`, accessKey, secretKey, ca },
  };
}

type Complain = (message: string, where?: string) => void;

function checkSecret(source: SecretSource | undefined, what: string, how: string, complain: Complain): void {
  if (source === undefined) return complain(`${what} is missing; set ${how}`);
  try {
    source.read();
  } catch (error) {
    complain(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readCa(ca: { path: string; where: string }, complain: Complain): string | undefined {
  try {
    const pem = readSmallFile(ca.path, MOST_CA_BYTES).toString('utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
    complain(`the CA ${ca.path} holds no PEM certificate ("-----BEGIN CERTIFICATE-----")`, ca.where);
  } catch (error) {
    complain(`the CA ${ca.path} ${whyUnread(error)}`, ca.where);
  }
  return undefined;
}

/** What only the client would say, at the first deployment: a key with white space in it, a damaged certificate. */
function checkClient(options: RancherClientOptions, complain: Complain): void {
  try {
    new RancherClient(options).close();
  } catch (error) {
    if (!(error instanceof InvalidSettingError)) throw error;
    complain(error.message);
  }
}
