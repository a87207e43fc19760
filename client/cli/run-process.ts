import { exitCodeOf } from '../../decision/verdict';
import type { Io } from './command';
import { listenToSignals } from './listen-to-signals';

/** Certificates are verified, always: what switches that off for every connection of a process counts for nothing here, and is told. */
function verifyAlways(env: NodeJS.ProcessEnv, io: Pick<Io, 'err'>): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;
  delete env['NODE_TLS_REJECT_UNAUTHORIZED'];
  io.err.write(
    'drover: warning: NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are always verified. Give the CA instead (rancher.ca in drover.yaml, TEMPORAL_TLS_SERVER_CA_CERT_PATH).\n',
  );
}

/** Runs a program of the command line with this process's streams and signals, and ends the process with its exit code. */
export function runProcess(program: (io: Io) => Promise<number>): void {
  // A closed pipe (`drover list | head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodeOf('detached'));
    throw error;
  });
  const { env, stdout: out, stderr: err } = process;
  verifyAlways(env, { err });
  void program({ env, out, err, ...listenToSignals() }).then((code) => {
    process.exitCode = code;
    // What is left to be written is written first; a connection that is still closing is not waited for.
    out.write('', () => err.write('', () => process.exit(code)));
  });
}
