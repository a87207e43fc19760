import { exitCodeOf } from '../../decision/verdict';
import type { BuiltPipeline } from '../pipeline/build-pipeline';
import type { PipelineHandle } from '../pipeline/promotions';
import type { Io } from './command';
import { withClient } from './open-client';
import type { ParsedArguments } from './option-spec';
import { PipelineRenderer } from './show-pipeline';

/** Starts a pipeline and follows it to its verdict. */
export function runPipeline(
  built: BuiltPipeline,
  args: ParsedArguments,
  io: Io,
  limitMillis: number | undefined,
): Promise<number> {
  return withClient(args, io, async (client) => {
    const handle = await client.promotions.start(built);
    const renderer = new PipelineRenderer((text) => void io.out.write(text), args.flags.has('json'), handle.id);
    renderer.begin(handle);
    if (!args.flags.has('detach') || handle.how === 'over') return followToEnd(handle, renderer, io, limitMillis);
    renderer.render({ type: 'result', outcome: handle.words.detached('as asked') });
    return exitCodeOf('detached');
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
