import { exitCodeOf } from '../../decision/verdict';
import type { WhenBusy } from '../../decision/lane';
import type { DeploymentHandle } from '../deployment-handle';
import type { DroverClient } from '../drover-client';
import { StillWaitingError } from '../errors/still-waiting-error';
import { oneLine, defaultSender } from '../input/build-request';
import type { BuiltRequest } from '../input/build-request';
import type { Environment } from '../input/ci-build';
import type { Renderer } from '../render/renderer';
import type { Intervened } from '../temporal/intervene';
import type { Intervention } from '../../workflows/contract';
import type { Io } from './command';
import { followDeployment } from './follow-deployment';
import type { LocalRun } from './local/local-run';
import type { OnInterrupt } from './on-interrupt';

/** How a deployment is started and followed. */
export interface RunOptions {
  readonly whenBusy: WhenBusy;
  readonly onInterrupt: OnInterrupt;
  readonly hold: boolean;
  /** Start it, and come back at once. */
  readonly detach: boolean;
  /** Milliseconds. */
  readonly limitMillis: number | undefined;
}

/**
 * Starts a deployment, follows it to its verdict, and answers the exit code.
 *
 * @param local where server and worker live no longer than this command
 */
export async function runUpgrade(
  client: DroverClient,
  built: BuiltRequest,
  renderer: Renderer,
  io: Io,
  options: RunOptions,
  local: LocalRun | null = null,
): Promise<number> {
  const { request } = built;
  // What was taken while it waited for its turn is not sent once more.
  let taken: Intervened | null = null;
  const cancel = async (): Promise<Intervened> =>
    (taken ??= await client.intervene(request, 'cancel', interruptedBy(io.env), request.requestId));
  const handle = await started(client, built, renderer, io, options, cancel);
  if (handle === null) return exitCodeOf('cancelled');
  if (!options.detach || handle.deployment.how === 'over') {
    const limit = options.limitMillis === undefined ? {} : { limitMillis: options.limitMillis };
    const isOwn = handle.deployment.deploymentId === request.deploymentId;
    const whenInterrupted = { onInterrupt: options.onInterrupt, cancel: isOwn ? cancel : null };
    if (local !== null) return local.follow(handle, renderer, { hold: options.hold, ...limit }, built, whenInterrupted);
    return followDeployment(handle, renderer, io, { hold: options.hold, ...limit }, whenInterrupted);
  }
  renderer.render({ type: 'deployment', deployment: handle.deployment });
  renderer.render({
    type: 'result',
    outcome: {
      verdict: 'detached',
      reason: 'The deployment goes on, as asked without anybody watching.',
      nextStep: `Watch it with "drover status ${handle.target} --watch", stop it with "drover cancel ${handle.target}".`,
      result: null,
    },
  });
  return exitCodeOf('detached');
}

/** Who cancels where a command is interrupted. */
export function interruptedBy(env: Environment): Intervention {
  return { by: oneLine(defaultSender(env), 200), why: 'the command that asked for it was interrupted' };
}

/** Null where it was taken out of the queue by an interrupt: then that is told. */
async function started(
  client: DroverClient,
  built: BuiltRequest,
  renderer: Renderer,
  io: Io,
  { whenBusy, onInterrupt, detach, limitMillis }: RunOptions,
  cancel: () => Promise<Intervened>,
): Promise<DeploymentHandle | null> {
  const waitLimitMillis = detach ? 0 : limitMillis;
  try {
    return await client.start(built, {
      whenBusy,
      signal: io.signal,
      ...(waitLimitMillis === undefined ? {} : { waitLimitMillis }),
      onWaiting: (text) => renderer.render({ type: 'notice', notice: { at: Date.now(), level: 'info', text } }),
    });
  } catch (error) {
    if (!(error instanceof StillWaitingError) || !io.signal.aborted || onInterrupt !== 'cancel') throw error;
    const { environment, stack, service, requestId } = built.request;
    const taken = await cancel();
    // Its turn may have come just then: its end is watched.
    const handle = await client.get(environment, stack, service, requestId);
    if (handle !== null) return handle;
    const meaning = taken.how === 'acknowledged' ? taken.acknowledgement.meaning : 'the cancel was sent';
    const reason = `The command was interrupted while the request waited for its turn: ${meaning}.`;
    renderer.render({ type: 'result', outcome: { verdict: 'cancelled', reason, nextStep: '', result: null } });
    return null;
  }
}
