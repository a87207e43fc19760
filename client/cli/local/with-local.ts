import { resolve } from 'node:path';
import { asWord } from '../../../decision/target-text';
import { DroverClient } from '../../drover-client';
import { DroverError } from '../../errors/drover-error';
import type { Target } from '../../input/upgrade-input';
import type { Io } from '../command';
import type { ParsedArguments } from '../option-spec';
import { option } from '../target';
import { USUAL_STATE } from './local-options';
import { LocalRun, whatOf } from './local-run';
import { toldLocally } from './told-locally';

/** What a command needs of a server of its own. */
export interface LocalNeeds {
  readonly command: string;
  /** Whose worker has to be there; null: it only asks what Temporal keeps. */
  readonly worker: Target | null;
  /** Whether it may use the server and the worker of another command on the same folder. */
  readonly joins: boolean;
}

/**
 * Runs a piece of work with a Temporal server (and a worker) that live just as long. What its errors tell to do is for the same folder.
 */
export async function withLocal<T>(
  args: ParsedArguments,
  io: Io,
  needs: LocalNeeds,
  work: (client: DroverClient, local: LocalRun) => Promise<T>,
): Promise<T> {
  try {
    return await run(args, io, needs, work);
  } catch (error) {
    const told = toldLocally(option(args, 'state'), targetIn(args));
    if (error instanceof DroverError) Object.assign(error, { nextStep: told(error.nextStep) });
    // It is the worker's, and says in one text what is wrong and what to do.
    else if (error instanceof Error && error.name === 'StateInUseError')
      error.message = error.message.replace(/Nothing was started\..*$/s, told);
    throw error;
  }
}

/** The service that is named, in words of a command line; null where none is. */
function targetIn({ positionals: [environment, service] }: ParsedArguments): string | null {
  return environment === undefined || service === undefined ? null : `${asWord(environment)} ${asWord(service)}`;
}

async function run<T>(
  args: ParsedArguments,
  io: Io,
  { command, worker, joins }: LocalNeeds,
  work: (client: DroverClient, local: LocalRun) => Promise<T>,
): Promise<T> {
  const { startLocal } = await import('../../../worker/local/start-local.js');
  const state = option(args, 'state');
  const say = (line: string): void => void io.err.write(`${line}\n`);
  const gone = new AbortController();
  let whyGone: string | null = null;
  const began = Date.now();
  if (worker !== null && io.env['TEMPORAL_ADDRESS']) say('local: TEMPORAL_ADDRESS counts for nothing with --local');
  const local = await startLocal({
    folder: resolve(state ?? USUAL_STATE),
    env: { ...io.env },
    configFile: option(args, 'config'),
    environment: worker?.environment,
    joins,
    what: whatOf(command, worker),
    takeOver: option(args, 'take-over'),
    onStep: say,
    onGone: (why) => {
      whyGone = why;
      gone.abort();
    },
  });
  try {
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    if (worker !== null && !local.isGuest)
      say(
        `local: Temporal and a worker are ready after ${seconds} s, until this command ends; installation ${local.installation}, state in ${local.folder}`,
      );
    const signal = AbortSignal.any([io.signal, gone.signal]);
    const configFile = option(args, 'config');
    const client = await DroverClient.connect({
      env: local.env,
      ...(configFile === undefined ? {} : { configFile }),
    });
    try {
      const hurry = (): AbortSignal => AbortSignal.any([io.hurry(), gone.signal]);
      return await work(client, new LocalRun(local, state, { ...io, signal, hurry }, () => whyGone));
    } finally {
      await client.close();
    }
  } finally {
    await local.close();
  }
}
