import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import type { InterventionKind, Rounds } from '../decision/intervention';
import { meaningOf } from '../decision/intervention';
import { whyNewer } from '../decision/message-version';
import type { Phase } from '../decision/phase';
import { isRecord } from '../decision/why-no-request';
import type { Acknowledgement, Intervention } from './contract';
import type { Supersession } from './lane-contract';
import type { ReleaseOrder } from './release-contract';
import {
  cancelSignal,
  cancelUpdate,
  confirmSignal,
  confirmUpdate,
  decideSignal,
  retrySignal,
  retryUpdate,
  rollbackSignal,
  rollbackUpdate,
  supersedeSignal,
} from './messages';

/** What the messages act on. */
export interface Intervened {
  readonly phase: Phase;
  readonly finishSent: boolean;
  readonly isAway: boolean;
  /** Of the release that it is a part of; null where it is none. */
  readonly releaseId: string | null;
  /** Null as long as the policy is not known. */
  readonly rounds: Rounds | null;
  /** An intervention that is allowed now. */
  take(kind: InterventionKind, author: { by: string; why: string | null }, meaning: string): void;
  /** A signal that is not allowed now: nobody waits for an answer, so it is written down. */
  decline(kind: InterventionKind, author: { by: string; why: string | null }, meaning: string): void;
  /** A newer deployment of the service is to take its place; `meant` names which one has to go, null where nothing does. */
  giveWay(author: { by: string; why: string | null }, meant: string | null): void;
  /** What its release decided, or asks. */
  obey(order: ReleaseOrder): void;
}

interface Message {
  readonly signal: SignalDefinition<[Intervention?]>;
  readonly update: UpdateDefinition<Acknowledgement, [Intervention?]>;
  readonly description: string;
}

const MESSAGES: Readonly<Record<InterventionKind, Message>> = {
  cancel: { signal: cancelSignal, update: cancelUpdate, description: 'Restore the former configuration, and end' },
  retry: {
    signal: retrySignal,
    update: retryUpdate,
    description: 'Act now; roll back and upgrade again; go on when parked',
  },
  confirm: { signal: confirmSignal, update: confirmUpdate, description: 'Finish a held upgrade' },
  rollback: {
    signal: rollbackSignal,
    update: rollbackUpdate,
    description: 'Restore the former configuration, and end',
  },
};

/** The signal, the update and the description of an intervention; a release listens to the same ones. */
export function messageOf(kind: InterventionKind): Message {
  return MESSAGES[kind];
}

/** Longer ids name nothing: the client's are UUIDs. Each is kept for as long as the deployment runs. */
const ID_LIMIT = 200;
const BY_LIMIT = 200;
const WHY_LIMIT = 500;

/**
 * Listens for people. Each message comes as a signal (Temporal Web's form) or as an update (acknowledged, or refused with the reason);
 * both mean the same.
 */
export function listen(deployment: Intervened): void {
  const taken = new Set<string>();
  /** Whether a message came before; one without an id counts each time, and so does another message under the same id. */
  const isRepeated = (kind: InterventionKind, input: Intervention | undefined): boolean => {
    const id: unknown = typeof input === 'object' && input !== null ? input.id : undefined;
    if (typeof id !== 'string' || id === '' || id.length > ID_LIMIT) return false;
    const key = `${kind} ${id}`;
    if (taken.has(key)) return true;
    taken.add(key);
    return false;
  };
  setHandler(supersedeSignal, (input) => deployment.giveWay(authorOf(input), meantBy(input)), {
    description: 'From its lane: a newer deployment takes its place',
  });
  setHandler(
    decideSignal,
    (order) => {
      if (isOrder(order)) deployment.obey(order);
    },
    { description: 'From its release: what was decided for all of its services' },
  );
  for (const kind of ['cancel', 'retry', 'confirm', 'rollback'] as const) {
    const { signal, update, description } = MESSAGES[kind];
    const meaning = (input: Intervention | undefined): ReturnType<typeof meaningOf> => {
      const newer = whyNewerMessage(input);
      if (newer !== null) return { accepted: false, meaning: newer };
      return meaningOf(kind, deployment.phase, deployment.finishSent, deployment);
    };
    setHandler(
      signal,
      (input) => {
        if (isRepeated(kind, input)) return;
        const { accepted, meaning: text } = meaning(input);
        if (accepted) deployment.take(kind, authorOf(input), text);
        else deployment.decline(kind, authorOf(input), text);
      },
      { description },
    );
    setHandler<Acknowledgement, [Intervention?], Message['update']>(
      update,
      (input): Acknowledgement => {
        const { phase } = deployment;
        const { meaning: text } = meaning(input);
        if (!isRepeated(kind, input)) deployment.take(kind, authorOf(input), text);
        return { phase, meaning: text };
      },
      {
        description,
        // Synchronous by need: an asynchronous validator breaks the workflow task.
        validator: (input) => {
          const { accepted, meaning: text } = meaning(input);
          if (!accepted) throw new Error(`${kind} is refused in phase ${deployment.phase}: ${text}`);
        },
      },
    );
  }
}

/** Why a message is newer than this worker, in which case it may mean something else than what is known here; null where it is not. */
export function whyNewerMessage(input: unknown): string | null {
  return isRecord(input) ? whyNewer(input) : null;
}

/** Forgiving about what Temporal Web's form sends: nothing, a text, odd JSON. */
export function authorOf(given: unknown): { by: string; why: string | null } {
  if (typeof given === 'string') return { by: textOf(given, BY_LIMIT) ?? NOBODY, why: null };
  if (typeof given !== 'object' || given === null) return { by: NOBODY, why: null };
  return {
    by: textOf('by' in given ? given.by : undefined, BY_LIMIT) ?? NOBODY,
    why: textOf('why' in given ? given.why : undefined, WHY_LIMIT),
  };
}

const NOBODY = 'somebody in Temporal Web';

/** One bounded line: what is said here is repeated in logs and on terminals. */
function textOf(value: unknown, limit: number): string | null {
  if (typeof value !== 'string') return null;
  const line = value
    .slice(0, limit)
    .replaceAll(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ')
    .trim();
  return line === '' ? null : line;
}

/** Anybody may send it: what is no order is none. */
function isOrder(given: unknown): given is ReleaseOrder {
  if (typeof given !== 'object' || given === null || !('do' in given)) return false;
  return given.do === 'commit' || given.do === 'roll-back' || given.do === 'look-again';
}

/** The deployment that a lane means; null where it names none: whoever hears it. */
function meantBy(input: Supersession | undefined): string | null {
  const id: unknown = typeof input === 'object' && input !== null ? input.deploymentId : undefined;
  return typeof id === 'string' ? id : null;
}
