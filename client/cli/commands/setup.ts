import { InvalidInputError } from '../../errors/invalid-input-error';
import { parseDuration } from '../../input/duration';
import { jsonLine } from '../../render/clean';
import { connectToTemporal } from '../../temporal/connect';
import { connectionSettings } from '../../temporal/connection-settings';
import { explainTrouble } from '../../temporal/explain-trouble';
import type { Command } from '../command';
import { noArguments } from '../no-arguments';
import { TEMPORAL_OPTIONS } from '../option-spec';
import type { ParsedArguments } from '../option-spec';
import { option } from '../target';

/** What a request can be attached to, and what is listed, goes back so far. */
const RETENTION = '30d';

/** `drover setup`. */
export const setup: Command = {
  name: 'setup',
  usage: '[--create-namespace [--retention 30d]]',
  description: [
    'Makes a namespace of Temporal ready for Drover: registers the search attributes that are missing, and says what it did.',
    'Done again it changes nothing. A worker that starts registers them too; where it may not, somebody who may runs this once,',
    'and again when a later version of Drover has more of them.',
    '',
    'Without --create-namespace a namespace that is missing is an error. One that is there is never changed.',
  ],
  options: [
    { name: 'create-namespace', kind: 'flag', help: 'make the namespace where it is missing' },
    {
      name: 'retention',
      kind: 'one',
      value: 'DURATION',
      help: `how long a namespace that is made keeps deployments that are over; default ${RETENTION}`,
    },
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['setup', ''],
    ['setup --namespace deployments --create-namespace --retention 90d', ''],
  ],
  success: 'all of it is there',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    noArguments('setup', args);
    const createWithRetention = retentionOf(args);
    const [address, namespace, configFile] = [
      option(args, 'address'),
      option(args, 'namespace'),
      option(args, 'config'),
    ];
    const settings = connectionSettings({
      env: io.env,
      ...(address === undefined ? {} : { address }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(configFile === undefined ? {} : { configFile }),
    });
    const { setUpNamespace } = await import('../../../worker/set-up-namespace.js');
    const { SEARCH_ATTRIBUTES } = await import('../../../workflows/contract.js');
    const json = args.flags.has('json');
    const { connection, close } = await connectToTemporal(settings);
    try {
      const { created, registered } = await setUpNamespace(connection, {
        namespace: settings.namespace,
        createWithRetention,
        onStep: (line) => void (json ? io.err : io.out).write(`${line}\n`),
      });
      io.out.write(
        json
          ? jsonLine({
              type: 'setup',
              namespace: settings.namespace,
              created,
              registered,
              attributes: SEARCH_ATTRIBUTES,
            })
          : `Temporal: the namespace ${settings.namespace} at ${settings.address} is ready${created || registered.length > 0 ? '' : '; nothing was missing'}\n`,
      );
      return 0;
    } catch (error) {
      throw explainTrouble(error, settings);
    } finally {
      await close();
    }
  },
};

/** Milliseconds; null where no namespace is to be made. */
function retentionOf(args: ParsedArguments): number | null {
  const text = option(args, 'retention');
  const millis = parseDuration(text ?? RETENTION, false);
  const where = '--retention';
  if (millis === undefined || millis < 1000)
    throw new InvalidInputError([
      { where, text: `"${text ?? ''}" is no time to keep anything for`, fix: 'write a duration such as 72h or 30d' },
    ]);
  if (args.flags.has('create-namespace')) return millis;
  if (text === undefined) return null;
  throw new InvalidInputError([
    {
      where,
      text: 'it is for a namespace that is made, and none is to be',
      fix: 'add --create-namespace, or leave it out',
    },
  ]);
}
