import { exitCodeOf } from '../../decision/verdict';
import type { BuiltPipeline } from '../pipeline/build-pipeline';
import type { PipelineHandle } from '../pipeline/promotions';
import type { SummaryOfPipeline } from '../summary/summary-of-pipeline';
import type { Io } from './command';
import { followCoordinated } from './follow-coordinated';
import type { OnInterrupt } from './on-interrupt';
import { withClient } from './open-client';
import type { ParsedArguments } from './option-spec';
import { interruptedBy } from './run-upgrade';
import { PipelineRenderer } from './show-pipeline';

/** How a pipeline is started and followed. */
export interface RunPipeline {
  /** Milliseconds. */
  readonly limitMillis: number | undefined;
  readonly onInterrupt: OnInterrupt;
  readonly summary: SummaryOfPipeline;
}

/** Starts a pipeline and follows it to its verdict. */
export function runPipeline(
  built: BuiltPipeline,
  args: ParsedArguments,
  io: Io,
  { limitMillis, onInterrupt, summary }: RunPipeline,
): Promise<number> {
  return withClient(args, io, async ({ promotions }) => {
    const handle = await promotions.start(built);
    const renderer = new PipelineRenderer((text) => void io.out.write(text), args.flags.has('json'), handle.id);
    const shown = [renderer, summary];
    for (const one of shown) one.begin(handle);
    return followCoordinated(handle, shown, io, {
      limitMillis,
      onInterrupt,
      detach: args.flags.has('detach'),
      cancel: async () => ({
        how: 'acknowledged',
        acknowledgement: await promotions.cancel(handle.id, 'cancel', interruptedBy(io.env)),
      }),
    });
  });
}

/** Shows a pipeline up to its verdict, and answers the exit code. */
export async function followToEnd(
  handle: PipelineHandle,
  renderer: PipelineRenderer,
  io: Io,
  limitMillis: number | undefined,
): Promise<number> {
  const events = handle.follow({ signal: io.signal, ...(limitMillis === undefined ? {} : { limitMillis }) });
  for (;;) {
    const next = await events.next();
    if (next.done === true) return exitCodeOf(next.value.verdict);
    renderer.render(next.value);
  }
}
