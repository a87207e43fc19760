import type { Author, DeploymentRequest } from './request';

/** What a request does when another deployment of its service runs or waits. */
export const WHEN_BUSY = ['reject', 'queue', 'supersede', 'attach'] as const;
/**
 * - `reject`: it is refused, and told who is busy with what.
 * - `queue`: it waits for its turn, first come, first served.
 * - `supersede`: the one that runs is rolled back, those that wait end as `superseded`, and it is next.
 * - `attach`: it follows the one that runs, whatever that is.
 */
export type WhenBusy = (typeof WHEN_BUSY)[number];

/** A request in a lane. */
export interface Ticket {
  readonly request: DeploymentRequest;
  /** Digest of what is asked, less who asks and when: two tickets of one request id with different ones are not the same request. */
  readonly digest: string;
  readonly whenBusy: WhenBusy;
  /** Where a lane before this one was terminated: since when it waited there, milliseconds since the epoch. Left out: it comes for the first time. */
  readonly since?: number;
}

/** Who has the service: a ticket of the lane's, or a deployment that the lane does not know (its own predecessor was terminated, say). */
export type Holder = Ticket | 'unknown';

/** What became of a request at the door of a lane. */
export type Entering =
  /** The same request runs or waits already. */
  | { readonly do: 'attach'; readonly to: Ticket }
  /** It asks to follow whoever has the service. */
  | { readonly do: 'follow' }
  /** The id of another request, with another content. */
  | { readonly do: 'invalid'; readonly other: Ticket }
  | { readonly do: 'refuse' }
  /** It is in the queue now; where nobody has the service, it is next. */
  | {
      readonly do: 'wait';
      readonly waiting: readonly Ticket[];
      /** These give way. */
      readonly superseded: readonly Ticket[];
      readonly supersedesHolder: boolean;
    };

/** Decides about a request at the door. */
export function enterLane(holder: Holder | null, waiting: readonly Ticket[], ticket: Ticket): Entering {
  const known = [...(holder === null || holder === 'unknown' ? [] : [holder]), ...waiting];
  const same = known.find(({ request }) => request.requestId === ticket.request.requestId);
  if (same !== undefined)
    return same.digest === ticket.digest ? { do: 'attach', to: same } : { do: 'invalid', other: same };
  const isFree = holder === null && waiting.length === 0;
  if (isFree) return { do: 'wait', waiting: [ticket], superseded: [], supersedesHolder: false };
  switch (ticket.whenBusy) {
    case 'reject':
      return { do: 'refuse' };
    case 'attach':
      // Nobody runs yet: whoever is next will.
      return holder === null ? { do: 'attach', to: waiting[0] ?? ticket } : { do: 'follow' };
    case 'queue':
      return { do: 'wait', waiting: [...waiting, ticket], superseded: [], supersedesHolder: false };
    case 'supersede':
      return { do: 'wait', waiting: [ticket], superseded: waiting, supersedesHolder: holder !== null };
    default:
      throw new TypeError(`unknown way ${String(ticket.whenBusy satisfies never)}`);
  }
}

/** Why a ticket that waited never ran: its verdict's words. */
export function supersededBy({ request }: Ticket): string {
  return `${request.author.by} asked for ${imagesOf(request)} meanwhile (request ${request.requestId})`;
}

/** Why a ticket that waited was taken out. */
export function withdrawnBy({ by, why }: Author): string {
  return `cancel by ${by}${why === undefined ? '' : ` (${why})`}`;
}

/** The images of a request in a line: the primary's, then the sidekicks'. */
export function imagesOf({ image, sidekicks }: Pick<DeploymentRequest, 'image' | 'sidekicks'>): string {
  const named = Object.entries(sidekicks).map(([name, to]) => `${name}=${to}`);
  const images = [...(image === undefined ? [] : [image]), ...named];
  return images.length === 0 ? 'other settings' : images.join(', ');
}
