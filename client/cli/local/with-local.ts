import { resolve } from 'node:path';
import { DroverClient } from '../../drover-client';
import type { Target } from '../../input/upgrade-input';
import type { Io } from '../command';
import type { ParsedArguments } from '../option-spec';
import { option } from '../target';
import { USUAL_STATE } from './local-options';
import { LocalRun, whatOf } from './local-run';

/** What a command needs of a server of its own. */
export interface LocalNeeds {
  readonly command: string;
  /** Whose worker has to be there; null: it only asks what Temporal keeps. */
  readonly worker: Target | null;
  /** Whether it may use the server and the worker of another command on the same folder. */
  readonly joins: boolean;
}

/** Runs a piece of work with a Temporal server (and a worker) that live just as long. */
export async function withLocal<T>(
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
