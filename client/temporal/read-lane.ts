import type { LaneMember, LanePlace, LaneView } from '../../workflows/lane-contract';
import { each, fieldsOf, whole } from './whole';

/** What the query `lane` answered, whole, whichever release it is of. A holder or a place of a kind that is not known is as good as none. */
export function readLane(answer: unknown): LaneView {
  const { holder, waiting, places } = fieldsOf(answer);
  return {
    holder: readHolder(holder),
    waiting: each(waiting, readMember),
    places: Object.fromEntries(
      Object.entries(fieldsOf(places)).flatMap(([requestId, place]): [string, LanePlace][] => {
        const read = readPlace(place);
        return read === null ? [] : [[requestId, read]];
      }),
    ),
  };
}

function readHolder(holder: unknown): LaneView['holder'] {
  if (holder === null || holder === undefined) return null;
  return typeof holder === 'object' ? readMember(holder) : 'unknown';
}

const readMember = (answer: unknown): LaneMember => whole(answer, EMPTY_MEMBER);

function readPlace(place: unknown): LanePlace | null {
  const { at, position, workflowId, runId } = fieldsOf(place);
  if (at === 'waiting' && typeof position === 'number') return { at, position };
  if (typeof workflowId !== 'string') return null;
  if (at === 'running' && typeof runId === 'string') return { at, workflowId, runId };
  return at === 'over' ? { at, workflowId } : null;
}

const EMPTY_MEMBER: LaneMember = { requestId: '', deploymentId: '', images: '', requestedBy: '', since: 0 };
