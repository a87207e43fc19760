import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../workflows/contract';
import { SearchAttributesError } from './search-attributes-error';

/** `INDEXED_VALUE_TYPE_KEYWORD`. */
const KEYWORD = 2;
/** gRPC status codes. */
export const INVALID_ARGUMENT = 3;
export const NOT_FOUND = 5;
export const ALREADY_EXISTS = 6;
export const REFUSALS: readonly number[] = [7, 12, 16]; // PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED
const LIMIT_MILLIS = 30_000;
const LOOK_AGAIN_MILLIS = 250;

/** What {@link ensureSearchAttributes} may be told. */
export interface SearchAttributeOptions {
  /** Told in one line what is done. */
  readonly onStep: (line: string) => void;
  /** How long the new attributes may take to be accepted, milliseconds. Default 30 seconds. */
  readonly limitMillis?: number;
}

type Services = Pick<ConnectionLike, 'operatorService' | 'workflowService'>;

/**
 * Registers the search attributes that are missing, and sees them accepted: a workflow that sets an attribute which the
 * server does not know (or not yet: it caches them) would fail its task for ever.
 *
 * @returns those that were missing
 * @throws SearchAttributesError when one exists with another type, may not be registered, or is not accepted in time.
 */
export async function ensureSearchAttributes(
  connection: Services,
  namespace: string,
  options: SearchAttributeOptions,
): Promise<readonly string[]> {
  const deadline = Date.now() + (options.limitMillis ?? LIMIT_MILLIS);
  const known = await list(connection, namespace);
  let missing: readonly string[] = [];
  if (known !== undefined) {
    refuseOtherTypes(known, namespace);
    missing = SEARCH_ATTRIBUTES.filter((name) => !known.has(name));
    if (missing.length > 0) {
      options.onStep(`Temporal: registering search attributes in namespace ${namespace}: ${missing.join(', ')}`);
      await add(connection, namespace, missing);
      await waitUntilListed(connection, namespace, deadline);
    }
  }
  await waitUntilAccepted(connection, namespace, deadline);
  return missing;
}

/** The names and types, or `undefined` where the server does not let us look (its proof is then the query alone). */
async function list(connection: Services, namespace: string): Promise<Map<string, number> | undefined> {
  try {
    const reply = await connection.operatorService.listSearchAttributes({ namespace });
    return new Map(Object.entries(reply.customAttributes ?? {}));
  } catch (error) {
    if (REFUSALS.includes(codeOf(error))) return undefined;
    throw new SearchAttributesError(
      `Temporal does not list the search attributes of namespace ${namespace}: ${wordsOf(error)}`,
    );
  }
}

function refuseOtherTypes(known: ReadonlyMap<string, number>, namespace: string): void {
  const others = SEARCH_ATTRIBUTES.filter((name) => known.has(name) && known.get(name) !== KEYWORD);
  if (others.length === 0) return;
  throw new SearchAttributesError(
    `In namespace ${namespace} of Temporal, ${others.join(', ')} ${others.length === 1 ? 'is a search attribute' : 'are search attributes'} of another type; Drover needs Keyword. ` +
      `Remove ${others.length === 1 ? 'it' : 'them'} (temporal operator search-attribute remove --namespace ${namespace} ${others.map((name) => `--name ${name}`).join(' ')}) or use another namespace.`,
  );
}

async function add(connection: Services, namespace: string, missing: readonly string[]): Promise<void> {
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    if (codeOf(error) === ALREADY_EXISTS) return; // another worker that starts just now was first
    const why = REFUSALS.includes(codeOf(error))
      ? 'they may not be registered with these credentials'
      : 'they cannot be registered';
    throw new SearchAttributesError(
      `Search attributes are missing in namespace ${namespace} of Temporal, and ${why} (${wordsOf(error)}). Let somebody who may run: ${howToRegister(namespace, missing)}`,
    );
  }
}

async function waitUntilListed(connection: Services, namespace: string, deadline: number): Promise<void> {
  for (;;) {
    const known = await list(connection, namespace);
    if (known === undefined) return;
    refuseOtherTypes(known, namespace);
    const missing = SEARCH_ATTRIBUTES.filter((name) => !known.has(name));
    if (missing.length === 0) return;
    if (Date.now() > deadline) {
      throw new SearchAttributesError(
        `The search attributes were registered, but namespace ${namespace} of Temporal still does not list ${missing.join(', ')}. Start again in a minute.`,
      );
    }
    await delay(LOOK_AGAIN_MILLIS);
  }
}

/**
 * Asks a query that names every attribute: it is refused for as long as the server would refuse to start a workflow with them.
 *
 * @throws what the SDK throws; where an attribute is missing, with the code {@link INVALID_ARGUMENT}
 */
export async function proveSearchAttributes(
  connection: Pick<ConnectionLike, 'workflowService'>,
  namespace: string,
): Promise<void> {
  const query = SEARCH_ATTRIBUTES.map((name) => `${name} = 'drover'`).join(' AND ');
  await connection.workflowService.countWorkflowExecutions({ namespace, query });
}

async function waitUntilAccepted(connection: Services, namespace: string, deadline: number): Promise<void> {
  for (;;) {
    try {
      await proveSearchAttributes(connection, namespace);
      return;
    } catch (error) {
      if (Date.now() > deadline || REFUSALS.includes(codeOf(error))) {
        throw new SearchAttributesError(
          `Namespace ${namespace} of Temporal does not accept Drover's search attributes: ${wordsOf(error)}. If they were registered just now, start again in a minute; else run: ${howToRegister(namespace, SEARCH_ATTRIBUTES)}`,
        );
      }
      await delay(LOOK_AGAIN_MILLIS);
    }
  }
}

function howToRegister(namespace: string, names: readonly string[]): string {
  const each = names.map((name) => `--name ${name} --type Keyword`).join(' ');
  return `drover setup --namespace ${namespace}, or: temporal operator search-attribute create --namespace ${namespace} ${each}`;
}

/** The gRPC status code of a failed call; -1 where it has none. */
export function codeOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : -1;
}

/** The first line of what a failed call says. */
export function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
