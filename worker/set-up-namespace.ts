import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import { WORKFLOW_QUEUE } from '../workflows/contract';
import { NamespaceError } from './namespace-error';
import { ALREADY_EXISTS, codeOf, ensureSearchAttributes, NOT_FOUND, REFUSALS, wordsOf } from './search-attributes';

const HOUR_MILLIS = 3_600_000;
const LIMIT_MILLIS = 30_000;
const LOOK_AGAIN_MILLIS = 250;

/** What {@link setUpNamespace} is asked for. */
export interface SetUpOptions {
  readonly namespace: string;
  /** How long a namespace that is made keeps deployments that are over, milliseconds; null: none is made. */
  readonly createWithRetention: number | null;
  /** Told in one line what is done. */
  readonly onStep: (line: string) => void;
}

/** What was done; nothing, where all was there. */
export interface SetUp {
  readonly created: boolean;
  /** Search attributes that were missing. */
  readonly registered: readonly string[];
}

type Services = Pick<ConnectionLike, 'operatorService' | 'workflowService'>;

/**
 * Makes a namespace of Temporal ready for Drover. Done again it changes nothing.
 *
 * @throws NamespaceError where it is missing and none is made, or may be made
 * @throws SearchAttributesError as {@link ensureSearchAttributes}
 */
export async function setUpNamespace(connection: Services, options: SetUpOptions): Promise<SetUp> {
  const { namespace, createWithRetention: retentionMillis, onStep } = options;
  const found = await look(connection, namespace);
  if (found === 'missing' && retentionMillis === null) {
    throw new NamespaceError(
      `Temporal has no namespace ${namespace}. "drover setup --create-namespace" makes it, or somebody who may runs: ${commandFor(namespace, null)}`,
    );
  }
  const created =
    found === 'missing' && retentionMillis !== null && (await create(connection, namespace, retentionMillis));
  if (created)
    onStep(
      `Temporal: made the namespace ${namespace}; it keeps deployments that are over for ${hours(retentionMillis)}`,
    );
  // Also where it is there: somebody else may have made it just now.
  if (found !== 'hidden') await untilKnown(connection, namespace);
  return { created, registered: await ensureSearchAttributes(connection, namespace, { onStep }) };
}

/** Where it may not be looked at, the next step tells. */
async function look(connection: Services, namespace: string): Promise<'there' | 'missing' | 'hidden'> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return 'there';
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) return 'missing';
    if (REFUSALS.includes(codeOf(error))) return 'hidden';
    throw error;
  }
}

/** @returns false where somebody else was first */
async function create(connection: Services, namespace: string, retentionMillis: number): Promise<boolean> {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      description: "Drover's deployments",
      workflowExecutionRetentionPeriod: { seconds: Math.round(retentionMillis / 1000) as never },
    });
    return true;
  } catch (error) {
    if (codeOf(error) === ALREADY_EXISTS) return false;
    const why = REFUSALS.includes(codeOf(error)) ? 'you may not make it' : 'it cannot be made';
    throw new NamespaceError(
      `Temporal has no namespace ${namespace}, and ${why} (${wordsOf(error)}). Let somebody who may run: ${commandFor(namespace, retentionMillis)}`,
    );
  }
}

/** The parts of a server look for new namespaces every few seconds. */
async function untilKnown(connection: Services, namespace: string): Promise<void> {
  for (const deadline = Date.now() + LIMIT_MILLIS; ;) {
    try {
      // All parts of the server are asked for that.
      await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: WORKFLOW_QUEUE } });
      return;
    } catch (error) {
      if (REFUSALS.includes(codeOf(error))) return;
      if (codeOf(error) !== NOT_FOUND) throw error;
      if (Date.now() > deadline) {
        throw new NamespaceError(
          `The namespace ${namespace} of Temporal is made, but not known everywhere yet (${wordsOf(error)}). Run the same command again in a minute.`,
        );
      }
    }
    await delay(LOOK_AGAIN_MILLIS);
  }
}

function hours(millis: number): string {
  return `${Number((millis / HOUR_MILLIS).toFixed(2))}h`;
}

function commandFor(namespace: string, retentionMillis: number | null): string {
  const retention = retentionMillis === null ? '' : ` --retention ${hours(retentionMillis)}`;
  return `temporal operator namespace create --namespace ${namespace}${retention}`;
}
