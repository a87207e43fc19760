import { ApiError } from './api-error';
import type { FaultPlanSettings } from './fault-plan';
import type { Fault } from './faults';
import { isObject } from './launch-config';
import type { ForeignAction, World } from './world';
import type { Behaviour, KeySeed } from './world-seed';

export interface AdminReply {
  status: number;
  body: unknown;
}

/** `/_simulator/…`: the world over HTTP, for tests in other processes. */
export async function administer(
  world: World,
  method: string,
  path: string,
  query: URLSearchParams,
  rawBody: string,
): Promise<AdminReply> {
  const [, name, ...names] = path.split('/').filter((segment) => segment !== '');
  try {
    const body: unknown = rawBody === '' ? {} : JSON.parse(rawBody);
    switch (`${method} ${name}`) {
      case 'GET journal':
        return ok(world.journal(query.get('service') ?? undefined));
      case 'GET requests':
        return ok(world.requests());
      case 'DELETE requests':
        world.resetRequests();
        return ok({});
      case 'GET faults':
        return ok(world.listFaults());
      case 'POST faults':
        world.addFault(body as Fault);
        return ok({});
      case 'DELETE faults':
        world.clearFaults();
        return ok({});
      case 'GET fault-plan':
        return ok(world.faultCounts());
      case 'POST fault-plan':
        world.planFaults(readPlan(body));
        return ok({});
      case 'DELETE fault-plan':
        world.planFaults(null);
        return ok({});
      case 'GET behaviours':
        return ok(world.listBehaviours());
      case 'POST behaviours':
        world.addBehaviour(body as Behaviour);
        return ok({});
      case 'DELETE behaviours': {
        const image = query.get('image') ?? (isObject(body) ? body['image'] : null);
        if (typeof image !== 'string') return { status: 400, body: { error: 'image is missing' } };
        world.removeBehaviour(image);
        return ok({});
      }
      case 'GET keys':
        return ok(world.listKeys());
      case 'POST keys':
        world.addKey(body as KeySeed);
        return ok({});
      case 'DELETE keys': {
        const accessKey = query.get('accessKey');
        if (accessKey === null) return { status: 400, body: { error: 'accessKey is missing' } };
        world.revokeKey(accessKey);
        return ok({});
      }
      case 'GET services': {
        const [project = '', stack = '', service = ''] = names.map(decodeURIComponent);
        return ok(world.service(project, stack, service));
      }
      case 'POST actions':
        await world.act(body as ForeignAction);
        return { status: 202, body: {} };
      default:
        return { status: 404, body: { error: 'no such part of the simulator' } };
    }
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.body('') };
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function readPlan(body: unknown): FaultPlanSettings {
  const { seed, rate, refusalRate = 0, cutRate = 0 } = isObject(body) ? body : {};
  if (typeof seed !== 'string') throw new Error('seed is missing: a text');
  const share = (name: string, value: unknown): number => {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    throw new Error(`${name} is to be a number from 0 to 1`);
  };
  return {
    seed,
    rate: share('rate', rate),
    refusalRate: share('refusalRate', refusalRate),
    cutRate: share('cutRate', cutRate),
  };
}

function ok(body: unknown): AdminReply {
  return { status: 200, body };
}
