#!/usr/bin/env node
import { exitCodeOf } from '../../decision/verdict';
import { InvalidInputError } from '../errors/invalid-input-error';
import { shownPlace } from '../input/shown';
import { COMMANDS, isCommandName } from './command-table';
import type { Io } from './command';
import { commandHelp, globalHelp } from './help';
import { nearest } from './nearest';
import { COMMON_OPTIONS } from './option-spec';
import { parseArguments } from './parse-arguments';
import { reportError } from './report-error';

/** Certificates are verified, always: what switches that off for every connection of a process counts for nothing here, and is told. */
function verifyAlways(env: NodeJS.ProcessEnv, io: Pick<Io, 'err'>): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;
  delete env['NODE_TLS_REJECT_UNAUTHORIZED'];
  io.err.write(
    'drover: warning: NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are always verified. Give the CA instead (rancher.ca in drover.yaml, TEMPORAL_TLS_SERVER_CA_CERT_PATH).\n',
  );
}

/** Does what the command line asks for, and answers the exit code. */
async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  const wantsJson = argv.includes('--json');
  try {
    if (name === undefined) {
      io.err.write(globalHelp());
      return exitCodeOf('invalid');
    }
    if (['--help', '-h', 'help'].includes(name)) {
      const [about] = rest;
      io.out.write(
        about !== undefined && isCommandName(about) ? commandHelp(await COMMANDS[about].load()) : globalHelp(),
      );
      return 0;
    }
    const wanted = ['--version', '-V', '-v'].includes(name) ? 'version' : name;
    if (!isCommandName(wanted)) throw unknownCommand(wanted);
    const command = await COMMANDS[wanted].load();
    const args = parseArguments(wanted, [...command.options, ...COMMON_OPTIONS], rest);
    if (args.flags.has('help')) {
      io.out.write(commandHelp(command));
      return 0;
    }
    return await command.run(args, io);
  } catch (error) {
    return reportError(error, wantsJson, io);
  }
}

function unknownCommand(name: string): InvalidInputError {
  const guess = nearest(name, Object.keys(COMMANDS));
  return new InvalidInputError([
    {
      where: shownPlace(name),
      text: name.startsWith('-') ? 'the command comes first, then its options' : 'there is no such command',
      fix: guess === undefined ? 'see "drover --help"' : `did you mean "drover ${guess}"? See "drover --help"`,
    },
  ]);
}

/** The first signal asks to stop, the second one does not ask. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      stop.abort();
    });
  }
  return stop.signal;
}

// A closed pipe (`drover list | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodeOf('detached'));
  throw error;
});

verifyAlways(process.env, { err: process.stderr });
void main(process.argv.slice(2), {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
  signal: stopSignal(),
}).then((code) => {
  process.exitCode = code;
  // What is left to be written is written first; a connection that is still closing is not waited for.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});
