import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { CodecError } from '../../codec/codec-error';

/** What a worker says that cannot read what it was asked. */
export interface UnreadQuestion {
  /** Whether its words can be read here. */
  readonly isReadable: boolean;
  /** Its words; else why they cannot be read. */
  readonly why: string;
}

/** A worker took a question, and the keys of the codec are not the same on both sides. */
export class UnreadQuestionError extends Error {
  override name = 'UnreadQuestionError' as const;

  constructor(
    readonly question: UnreadQuestion,
    options?: ErrorOptions,
  ) {
    super(question.why, options);
  }
}

/** How a worker without the key says so: the words are {@link CodecError}'s. */
const OF_THE_CODEC = /the codec key "/;

/**
 * Looks in the history of a question that was not answered: a worker that cannot read it fails the workflow's task, and says why there, itself
 * encrypted with its own key.
 *
 * @returns null where it was not for the codec
 */
export async function unreadQuestion(client: Client, workflowId: string): Promise<UnreadQuestion | null> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  for (const { workflowTaskFailedEventAttributes: failed } of events ?? []) {
    const failure = failed?.failure;
    if (failure == null) continue;
    const { encodedAttributes, message } = failure;
    if (encodedAttributes == null) {
      if (OF_THE_CODEC.test(message ?? '')) return { isReadable: true, why: message ?? '' };
      continue;
    }
    try {
      const [value] = await decodeArrayFromPayloads(client.options.loadedDataConverter, [encodedAttributes]);
      const said = typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : '';
      if (OF_THE_CODEC.test(said)) return { isReadable: true, why: said };
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return { isReadable: false, why: error.message };
    }
  }
  return null;
}
