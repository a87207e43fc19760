import { resolve } from 'node:path';
import { InvalidInputError } from '../../errors/invalid-input-error';
import { RefusedError } from '../../errors/refused-error';
import { UnreachableError } from '../../errors/unreachable-error';
import { Ask } from '../../init/ask';
import { aliasesFor, configurationText, placeFrom } from '../../init/configuration-text';
import type { FirstConfiguration, FirstEnvironment, KeyPlace } from '../../init/configuration-text';
import { requireNoFile, writeNewFile } from '../../init/write-new-file';
import { shown } from '../../input/shown';
import { clean } from '../../render/clean';
import type { SurveyedEnvironment } from '../../../worker/survey-rancher';
import type { Command, Io } from '../command';
import { noArguments } from '../no-arguments';
import type { ParsedArguments } from '../option-spec';
import { doneJson, doneText, environmentText, USUAL_FILE } from '../show-init';
import { option } from '../target';
import { environmentsOf } from './worker';

const DEFAULT_ADDRESS = '127.0.0.1:7233';

/** `drover init`. */
export const init: Command = {
  name: 'init',
  usage: '[--url URL] [--output FILE] [--yes]',
  description: [
    "Writes a first drover.yaml by asking: Rancher's address, the key, which of the environments that the key sees, and Temporal's",
    'address. It lists what Rancher has there. It only reads, and ends with the next two commands.',
    '',
    'No key is written: the file says where the worker finds it. A key comes from RANCHER_ACCESS_KEY and RANCHER_SECRET_KEY, or from',
    'the files that RANCHER_ACCESS_KEY_FILE and RANCHER_SECRET_KEY_FILE name; else it is asked for, without being shown.',
    '',
    'With --yes nothing is asked: all comes from options and environment variables. A file that is there is left as it is.',
  ],
  options: [
    { name: 'url', kind: 'one', value: 'URL', help: "Rancher's address; default RANCHER_URL" },
    { name: 'ca', kind: 'one', value: 'FILE', help: 'PEM file of an authority of your own; default RANCHER_CA_FILE' },
    {
      name: 'environments',
      kind: 'many',
      value: 'A,B',
      aliases: ['environment', 'env'],
      help: "only these, by Rancher's names or ids; default: all that the key sees",
    },
    { name: 'address', kind: 'one', value: 'HOST:PORT', help: "Temporal's address, to be written into the file" },
    { name: 'namespace', kind: 'one', value: 'NAME', help: 'Temporal\'s namespace, with --address; default "default"' },
    { name: 'output', kind: 'one', value: 'FILE', help: `the file to write; default ${USUAL_FILE}` },
    { name: 'yes', kind: 'flag', short: 'y', help: 'ask nothing' },
    { name: 'force', kind: 'flag', help: 'replace a file that is there' },
  ],
  examples: [
    ['init', ''],
    ['init --yes --url https://rancher.example.com --environments QA,Production', ''],
  ],
  success: 'the file is written',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    noArguments('init', args);
    const output = option(args, 'output') ?? USUAL_FILE;
    const force = args.flags.has('force');
    if (!force) requireNoFile('--output', output);
    const ask = askOf(args, io);
    try {
      const { first, surveyed } = await firstConfiguration(args, io, ask);
      writeNewFile('--output', output, configurationText(first), force);
      io.out.write(args.flags.has('json') ? doneJson(output, first, surveyed) : doneText(output, first, surveyed));
      return 0;
    } finally {
      ask?.close();
    }
  },
};

/** Null where nothing is to be asked. */
function askOf(args: ParsedArguments, io: Io): Ask | null {
  if (args.flags.has('yes')) return null;
  if (process.stdin.isTTY) return new Ask(process.stdin, io.err);
  throw new InvalidInputError([
    {
      where: 'standard input',
      text: 'it is no terminal, so nothing can be asked',
      fix: 'add --yes, with --url (or RANCHER_URL) and the key in RANCHER_ACCESS_KEY and RANCHER_SECRET_KEY',
    },
  ]);
}

interface Made {
  readonly first: FirstConfiguration;
  readonly surveyed: readonly SurveyedEnvironment[];
}

async function firstConfiguration(args: ParsedArguments, io: Io, ask: Ask | null): Promise<Made> {
  const url =
    option(args, 'url') ?? (io.env['RANCHER_URL'] || io.env['CATTLE_URL']) ?? (await ask?.line("Rancher's address"));
  if (url === undefined || url === '')
    throw missing('--url', "Rancher's address is missing", '--url URL, or RANCHER_URL');
  const caFile = option(args, 'ca') ?? (io.env['RANCHER_CA_FILE'] || undefined);
  const keys = await keysOf(io, ask);
  const seen = await survey({ url, caFile, accessKey: keys.access.value, secretKey: keys.secret.value });
  if (seen.length === 0)
    throw new RefusedError(
      'The key sees no environment of this Rancher.',
      'Use the key of an environment or of its member.',
    );
  const wanted = environmentsOf(args.values.get('environments')) ?? (await chosen(seen, io, ask));
  const surveyed = wanted === undefined ? seen : pick(seen, wanted);
  const offered = aliasesFor(surveyed);
  const environments: FirstEnvironment[] = [];
  for (const [index, { id, name, services }] of surveyed.entries()) {
    const isOnlyOne = seen.filter((other) => other.name === name || other.id === name).length === 1;
    const alias = offered[index] ?? id;
    environments.push({
      alias: ask === null ? alias : await ask.line(`An alias for ${clean(name)}, for commands`, alias),
      project: isOnlyOne ? name : id,
      services: services.map((service) => service.name),
    });
  }
  refuseTwice(environments);
  return {
    first: {
      url,
      ca: caFile === undefined ? undefined : resolve(caFile),
      accessKey: keys.access.place,
      secretKey: keys.secret.place,
      temporal: await temporalOf(args, io, ask),
      environments,
    },
    surveyed,
  };
}

interface Key {
  readonly value: string;
  readonly place: KeyPlace;
}

async function keysOf(io: Io, ask: Ask | null): Promise<{ readonly access: Key; readonly secret: Key }> {
  const { keyReference } = await import('../../../worker/config/key-reference.js');
  const typed: string[] = [];
  const keyOf = async (kind: 'ACCESS_KEY' | 'SECRET_KEY', what: string): Promise<Key> => {
    const found = keyReference(kind, { ...io.env }, process.cwd());
    if (found !== undefined) return { value: found.source.read(), place: found.spelling };
    const name = `RANCHER_${kind}`;
    if (ask === null)
      throw missing(name, `the ${what} is missing`, `set ${name}, or ${name}_FILE to a file that holds it`);
    const value = await ask.secret(`The ${what} of Rancher's API`);
    typed.push(value);
    for (;;) {
      const answer = await ask.line(
        `Where will the worker find the ${what}? A variable's name, or a file's path`,
        name,
      );
      const place = placeFrom(answer, typed);
      if (place !== undefined) return { value, place: 'env' in place ? place : { file: resolve(place.file) } };
      io.err.write(
        'That is neither the name of an environment variable (A to Z, digits and "_", such as RANCHER_SECRET_KEY) nor the path of a file\n' +
          '(with a "/" in it, such as ./secret-key), or it holds the key itself. Nothing was written.\n',
      );
    }
  };
  return { access: await keyOf('ACCESS_KEY', 'access key'), secret: await keyOf('SECRET_KEY', 'secret key') };
}

async function survey(options: {
  readonly url: string;
  readonly caFile: string | undefined;
  readonly accessKey: string;
  readonly secretKey: string;
}): Promise<readonly SurveyedEnvironment[]> {
  const { surveyRancher } = await import('../../../worker/survey-rancher.js');
  const { readSmallFile, whyUnread } = await import('../../../credentials/read-small-file.js');
  const { url, caFile, accessKey, secretKey } = options;
  let ca: string | undefined;
  try {
    ca = caFile === undefined ? undefined : readSmallFile(caFile, 1024 * 1024).toString('utf8');
  } catch (error) {
    throw missing('--ca', `${shown(caFile ?? '')} ${whyUnread(error)}`, 'name the PEM file of the authority');
  }
  try {
    return await surveyRancher({ url, accessKey, secretKey, ca });
  } catch (error) {
    const outcome = error instanceof Error && 'outcome' in error ? error.outcome : undefined;
    if (!(error instanceof Error) || outcome === undefined) throw error;
    const { message } = error;
    if (outcome === 'invalid') throw missing('--url', message, 'such as --url https://rancher.example.com');
    if (outcome === 'unauthorised' || outcome === 'forbidden' || outcome === 'not-found')
      throw new RefusedError(`${message} Nothing was written.`, 'Check the access key and the secret key.', {
        cause: error,
      });
    throw new UnreachableError(
      `${message} Nothing was written.`,
      'Check --url (or RANCHER_URL); for an authority of your own, --ca FILE.',
      { cause: error },
    );
  }
}

/** Which of them, where a person may choose; undefined for all. */
async function chosen(
  seen: readonly SurveyedEnvironment[],
  io: Io,
  ask: Ask | null,
): Promise<readonly string[] | undefined> {
  if (ask === null) return undefined;
  io.err.write(`\nThe key sees:\n${seen.map(environmentText).join('')}\n`);
  if (seen.length === 1) return undefined;
  const answer = await ask.line('Which environments? Names or ids, with commas', 'all');
  return answer === 'all' ? undefined : (environmentsOf([answer]) ?? []);
}

function pick(seen: readonly SurveyedEnvironment[], wanted: readonly string[]): readonly SurveyedEnvironment[] {
  const unknown = wanted.filter((one) => !seen.some(({ id, name }) => one === id || one === name));
  const known = seen.map(({ id, name }) => `${clean(name)} (${id})`).join(', ');
  if (unknown.length > 0)
    throw missing('--environments', `the key does not see ${unknown.map(shown).join(', ')}`, `it sees ${known}`);
  return seen.filter(({ id, name }) => wanted.includes(id) || wanted.includes(name));
}

function refuseTwice(environments: readonly FirstEnvironment[]): void {
  const twice = environments.find(({ alias }, at) => environments.findIndex((one) => one.alias === alias) < at);
  if (twice !== undefined)
    throw missing('alias', `${shown(twice.alias)} is given to two environments`, 'give each its own');
}

async function temporalOf(args: ParsedArguments, io: Io, ask: Ask | null): Promise<FirstConfiguration['temporal']> {
  const given = option(args, 'address');
  const offered = given ?? (io.env['TEMPORAL_ADDRESS'] || DEFAULT_ADDRESS);
  const address = given ?? (await ask?.line("Temporal's address", offered));
  if (address === undefined) return undefined;
  const namespace = option(args, 'namespace') ?? (io.env['TEMPORAL_NAMESPACE'] || 'default');
  return { address, namespace: ask === null ? namespace : await ask.line("Temporal's namespace", namespace) };
}

function missing(where: string, text: string, fix: string): InvalidInputError {
  return new InvalidInputError([{ where, text, fix }]);
}
