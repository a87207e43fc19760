import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import type { InterventionKind } from '../decision/intervention';
import { meaningOf } from '../decision/intervention';
import type { Phase } from '../decision/phase';
import type { Acknowledgement, Intervention } from './contract';
import {
  cancelSignal,
  cancelUpdate,
  confirmSignal,
  confirmUpdate,
  retrySignal,
  retryUpdate,
  rollbackSignal,
  rollbackUpdate,
} from './messages';

/** What the messages act on. */
export interface Intervened {
  readonly phase: Phase;
  readonly finishSent: boolean;
  /** An intervention that is allowed now. */
  take(kind: InterventionKind, author: { by: string; why: string | null }, meaning: string): void;
  /** A signal that is not allowed now: nobody waits for an answer, so it is written down. */
  decline(kind: InterventionKind, author: { by: string; why: string | null }, meaning: string): void;
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

/**
 * Listens for people. Each message comes as a signal (Temporal Web's form) or as an update (acknowledged, or refused with the reason);
 * both mean the same.
 */
export function listen(deployment: Intervened): void {
  const taken = new Set<string>();
  /** Whether a message came before; one without an id counts each time. */
  const isRepeated = (input: Intervention | undefined): boolean => {
    const id: unknown = typeof input === 'object' && input !== null ? input.id : undefined;
    if (typeof id !== 'string' || id === '') return false;
    if (taken.has(id)) return true;
    taken.add(id);
    return false;
  };
  for (const kind of ['cancel', 'retry', 'confirm', 'rollback'] as const) {
    const { signal, update, description } = MESSAGES[kind];
    const meaning = (): ReturnType<typeof meaningOf> => meaningOf(kind, deployment.phase, deployment.finishSent);
    setHandler(
      signal,
      (input) => {
        if (isRepeated(input)) return;
        const { accepted, meaning: text } = meaning();
        if (accepted) deployment.take(kind, authorOf(input), text);
        else deployment.decline(kind, authorOf(input), text);
      },
      { description },
    );
    setHandler<Acknowledgement, [Intervention?], Message['update']>(
      update,
      (input): Acknowledgement => {
        const { phase } = deployment;
        const { meaning: text } = meaning();
        if (!isRepeated(input)) deployment.take(kind, authorOf(input), text);
        return { phase, meaning: text };
      },
      {
        description,
        // Synchronous by need: an asynchronous validator breaks the workflow task.
        validator: () => {
          const { accepted, meaning: text } = meaning();
          if (!accepted) throw new Error(`${kind} is refused in phase ${deployment.phase}: ${text}`);
        },
      },
    );
  }
}

/** Forgiving about what Temporal Web's form sends: nothing, a text, odd JSON. */
function authorOf(input: Intervention | undefined): { by: string; why: string | null } {
  const given: unknown = input;
  if (typeof given === 'string' && given !== '') return { by: given.slice(0, 200), why: null };
  if (typeof given !== 'object' || given === null) return { by: 'somebody in Temporal Web', why: null };
  const by: unknown = 'by' in given ? given.by : undefined;
  const why: unknown = 'why' in given ? given.why : undefined;
  return {
    by: typeof by === 'string' && by !== '' ? by.slice(0, 200) : 'somebody in Temporal Web',
    why: typeof why === 'string' && why !== '' ? why.slice(0, 500) : null,
  };
}
