import { isVerdict } from '../../decision/verdict';
import type { Over } from './history-entry';
import { imagesOf } from './images-of';
import { property, textOrNull } from './read-value';
import { valueOf } from './recorded-event';
import type { RecordedEvent } from './recorded-event';

/** How it ended: with a verdict, where the workflow has a result. */
export function overOf({ how, result, reason }: Extract<RecordedEvent, { readonly type: 'ended' }>): Over {
  const value = valueOf(result);
  const verdict = property(value, 'verdict');
  const rounds = property(value, 'rounds');
  return {
    event: 'verdict',
    verdict: isVerdict(verdict) ? verdict : null,
    how,
    reason: textOrNull(property(value, 'reason')) ?? reason,
    nextStep: textOrNull(property(value, 'nextStep')) ?? '',
    images: imagesOf(property(value, 'images')),
    rounds: typeof rounds === 'number' ? rounds : null,
  };
}
